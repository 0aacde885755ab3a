-- What a build was asked to do differently from the usual, as the contracts write it.
alter table submission add column options jsonb not null default '{}';

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
       cache_scope,
       options
from submission;
