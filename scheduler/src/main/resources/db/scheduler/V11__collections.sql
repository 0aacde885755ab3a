-- Collections of garbage in the object store: one row each, kept as history.
create table collection (
  id            uuid primary key,
  trigger       text not null check (trigger in ('SCHEDULE', 'REQUEST')),
  state         text not null check (state in ('RUNNING', 'SUCCEEDED', 'FAILED')),
  dry_run       boolean not null,
  requested_at  timestamptz,
  started_at    timestamptz not null,
  finished_at   timestamptz,
  -- the period that was really waited, in seconds
  grace_seconds bigint,
  -- by kind of object: seen, kept, deleted, candidates, each objects and bytes
  figures       jsonb,
  -- keys of some of the deleted objects
  sample        jsonb,
  error         text
);

create index collection_by_start on collection (started_at);

create view collection_published as
select id, trigger, state, dry_run, requested_at, started_at, finished_at, grace_seconds, figures,
       sample, error
from collection;

comment on view collection_published is 'Read by the api';
