-- What people decided for their projects; a project without a row has decided nothing.
create table project (
    name       text primary key,
    settings   jsonb       not null,
    updated_at timestamptz not null
);

create view project_published as
select name, settings, updated_at
from project;

comment on view project_published is 'Read by the scheduler';

-- Collections of garbage that somebody asked for; the scheduler does them and publishes what came
-- of it.
create table collection_request (
    id            uuid primary key,
    dry_run       boolean     not null,
    -- instead of the scheduler's setting
    grace_seconds bigint,
    requested_at  timestamptz not null
);

create view collection_request_published as
select id, dry_run, grace_seconds, requested_at
from collection_request;

comment on view collection_request_published is 'Read by the scheduler';
