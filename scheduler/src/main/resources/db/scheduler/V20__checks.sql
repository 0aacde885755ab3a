-- What build checks found in the Dockerfile, with the place: part of the warnings, told more exactly.

alter table step add column checks jsonb not null default '[]';

create or replace view step_published as
select job_id, attempt, step_id, ordinal, name, line, state, started_at, finished_at, counters, inputs,
       cause, warnings, checks
from step;
