-- The branch or fork whose own part of the project's cache a build writes.
alter table submission add column cache_scope text;

create or replace view submission_published as
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
       traceparent,
       cache_scope
from submission;
