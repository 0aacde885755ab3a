-- Builds, jobs, attempts, steps and workers. Only the scheduler writes here; others read the views.

create table build (
  id          uuid primary key,
  project     text not null,
  state       text not null
    check (state in ('QUEUED', 'RUNNING', 'PUBLISHING', 'SUCCEEDED', 'FAILED', 'CANCELED')),
  context_id  uuid not null,
  dockerfile  text not null,
  tags        jsonb not null,
  target      text,
  build_args  jsonb not null,
  labels      jsonb not null,
  no_cache    boolean not null,
  traceparent text,
  created_at  timestamptz not null,
  started_at  timestamptz,
  finished_at timestamptz,
  image       jsonb,
  failure     jsonb
);

create index build_running on build (id) where state in ('QUEUED', 'RUNNING', 'PUBLISHING');

create table job (
  id          uuid primary key,
  build_id    uuid not null references build on delete cascade,
  ordinal     int not null,
  kind        text not null check (kind in ('BUILD', 'PUBLISH')),
  platform    text not null,
  state       text not null
    check (state in ('WAITING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')),
  attempt     int not null,
  -- attempts that count against the limit; one that was handed back does not
  spent       int not null,
  queued_at   timestamptz,
  started_at  timestamptz,
  finished_at timestamptz,
  image       jsonb,
  failure     jsonb,
  unique (build_id, ordinal)
);

create table attempt (
  job_id         uuid not null references job on delete cascade,
  attempt        int not null,
  state          text not null
    check (state in ('LIVE', 'SUCCEEDED', 'FAILED', 'CANCELED', 'RELEASED', 'SUPERSEDED', 'LOST')),
  worker_id      text not null,
  queue          text not null,
  record_offset  bigint not null,
  delivery_count int not null,
  claimed_at     timestamptz not null,
  heartbeat_at   timestamptz not null,
  ended_at       timestamptz,
  failure        jsonb,
  primary key (job_id, attempt)
);

create index attempt_live on attempt (heartbeat_at) where state = 'LIVE';

create table step (
  job_id      uuid not null references job on delete cascade,
  attempt     int not null,
  step_id     text not null,
  ordinal     int not null,
  name        text not null,
  line        int not null,
  state       text not null
    check (state in ('PENDING', 'RUNNING', 'CACHED', 'DONE', 'FAILED', 'CANCELED')),
  started_at  timestamptz,
  finished_at timestamptz,
  counters    jsonb not null,
  inputs      jsonb not null,
  primary key (job_id, attempt, step_id)
);

-- Records to produce: written with the change they tell of, deleted once Kafka has them.
create table outbox (
  id         uuid primary key,
  topic      text not null,
  key        text not null,
  payload    bytea not null,
  created_at timestamptz not null,
  not_before timestamptz not null
);

create index outbox_due on outbox (not_before);

create table worker (
  id        text primary key,
  state     text not null check (state in ('READY', 'DRAINING', 'STOPPED')),
  platforms jsonb not null,
  slots     int not null,
  busy      int not null,
  version   text,
  seen_at   timestamptz not null
);

create view build_published as
select id, project, state, tags, created_at, started_at, finished_at,
       image ->> 'digest' as image_digest,
       image ->> 'mediaType' as image_media_type,
       (image ->> 'imageSize')::bigint as image_size,
       failure
from build;

create view job_published as
select j.id, j.build_id, j.kind, j.platform, j.state, j.attempt,
       a.worker_id,
       j.queued_at, j.started_at, j.finished_at,
       j.image ->> 'digest' as manifest_digest,
       j.image ->> 'mediaType' as manifest_media_type,
       (j.image ->> 'size')::bigint as manifest_size,
       (j.image ->> 'imageSize')::bigint as image_size,
       j.failure,
       j.ordinal
from job j
left join attempt a on a.job_id = j.id and a.attempt = j.attempt;

create view step_published as
select job_id, attempt, step_id, ordinal, name, line, state, started_at, finished_at, counters, inputs
from step;

create view worker_published as
select id, state, platforms, slots, busy, version, seen_at
from worker;
