-- What builds are doing that no other build should do at the same time. A row is a lease as long as
-- it was not released and its holder's attempt is live, so the lease of a dead worker falls with its
-- attempt. Released ones stay for some minutes: they tell those that waited how it ended, and those
-- that come later that there may be something new to find.

create table step_lease (
  lease_id    uuid primary key,
  key         text not null,
  build_id    uuid not null,
  job_id      uuid not null,
  attempt     int not null,
  step_id     text not null,
  log_from    bigint not null,
  acquired_at timestamptz not null,
  released_at timestamptz,
  failed      boolean not null default false
);

-- Decides who of many gets a lease.
create unique index step_lease_held on step_lease (key) where released_at is null;

create index step_lease_key on step_lease (key);

create index step_lease_released on step_lease (released_at) where released_at is not null;
