-- What clients asked for. Only the api writes here; the scheduler reads the view below.
create table submission (
    id          uuid primary key,
    project     text        not null,
    context_id  uuid        not null unique,
    dockerfile  text        not null,
    platforms   jsonb       not null,
    tags        jsonb       not null,
    target      text,
    build_args  jsonb       not null,
    labels      jsonb       not null,
    no_cache    boolean     not null,
    accepted_at timestamptz not null,
    canceled_at timestamptz,
    traceparent text
);

create index submission_by_project on submission (project, id desc);
create index submission_by_acceptance on submission (accepted_at);

-- The published shape: the table may change, this may not lose a column.
create view submission_published as
select id,
       project,
       context_id,
       dockerfile,
       platforms,
       tags,
       target,
       build_args,
       labels,
       no_cache,
       accepted_at,
       canceled_at,
       traceparent
from submission;

comment on view submission_published is 'Read by the scheduler';
