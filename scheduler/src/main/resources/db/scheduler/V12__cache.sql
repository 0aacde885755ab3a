-- What the cache did for a build: whose part of it was used, why each step hit or missed, and the
-- figures of each job, summed up once when its attempt ends, so that a project's need no steps.

alter table build add column cache_scope text;

alter table step
  add column cause    jsonb,
  add column warnings jsonb not null default '[]';

create table job_cache (
  job_id        uuid primary key references job on delete cascade,
  build_id      uuid not null,
  project       text not null,
  ended_at      timestamptz not null,
  hits          int not null,
  misses        int not null,
  bytes_fetched bigint not null,
  bytes_pushed  bigint not null,
  bytes_skipped bigint not null,
  bytes_stored  bigint not null,
  millis_saved  bigint not null
);

create index job_cache_by_project on job_cache (project, ended_at);

create or replace view step_published as
select job_id, attempt, step_id, ordinal, name, line, state, started_at, finished_at, counters, inputs,
       cause, warnings
from step;

create view job_cache_published as
select job_id, build_id, project, ended_at, hits, misses, bytes_fetched, bytes_pushed,
       bytes_skipped, bytes_stored, millis_saved
from job_cache;
