-- What the scheduler publishes, as agreed; the tests play the scheduler and write the tables.
create schema scheduler;

create table scheduler.build (
    id uuid primary key, project text not null, state text not null, tags jsonb not null,
    created_at timestamptz not null, started_at timestamptz, finished_at timestamptz,
    image_digest text, image_media_type text, image_size bigint, failure jsonb
);
create view scheduler.build_published as
select id, project, state, tags, created_at, started_at, finished_at, image_digest, image_media_type,
       image_size, failure
from scheduler.build;

create table scheduler.job (
    id uuid primary key, build_id uuid not null, kind text not null, platform text not null,
    state text not null, attempt int not null, worker_id text, queued_at timestamptz,
    started_at timestamptz, finished_at timestamptz, manifest_digest text, manifest_media_type text,
    manifest_size bigint, image_size bigint, failure jsonb
);
create view scheduler.job_published as
select id, build_id, kind, platform, state, attempt, worker_id, queued_at, started_at, finished_at,
       manifest_digest, manifest_media_type, manifest_size, image_size, failure
from scheduler.job;

create table scheduler.step (
    job_id uuid not null, attempt int not null, step_id text not null, ordinal int not null,
    name text not null, line int not null, state text not null, started_at timestamptz,
    finished_at timestamptz, counters jsonb not null, inputs jsonb not null, cause jsonb,
    warnings jsonb not null default '[]', checks jsonb not null default '[]',
    primary key (job_id, attempt, step_id)
);
create view scheduler.step_published as
select job_id, attempt, step_id, ordinal, name, line, state, started_at, finished_at, counters, inputs,
       cause, warnings, checks
from scheduler.step;

create table scheduler.job_cache (
    job_id uuid primary key, build_id uuid not null, project text not null,
    ended_at timestamptz not null, hits int not null, misses int not null,
    bytes_fetched bigint not null, bytes_pushed bigint not null, bytes_skipped bigint not null,
    bytes_stored bigint not null, millis_saved bigint not null
);
create view scheduler.job_cache_published as
select job_id, build_id, project, ended_at, hits, misses, bytes_fetched, bytes_pushed,
       bytes_skipped, bytes_stored, millis_saved
from scheduler.job_cache;

create table scheduler.collection (
    id uuid primary key, trigger text not null, state text not null, dry_run boolean not null,
    requested_at timestamptz, started_at timestamptz not null, finished_at timestamptz,
    grace_seconds bigint, figures jsonb, sample jsonb, error text
);
create view scheduler.collection_published as
select id, trigger, state, dry_run, requested_at, started_at, finished_at, grace_seconds, figures,
       sample, error
from scheduler.collection;
