-- What a build was asked to do differently from the usual, as the contracts write it.
alter table build add column options jsonb not null default '{}';
