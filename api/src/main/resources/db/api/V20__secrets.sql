-- Secrets and SSH keys that came with a build, sealed with brickyard.secrets.key. A table of its own,
-- from which a row is deleted once its build has ended.
create table submission_secret (
    build_id   uuid primary key references submission on delete cascade,
    sealed     bytea       not null,
    created_at timestamptz not null
);

create view submission_secret_published as
select build_id, sealed
from submission_secret;

comment on view submission_secret_published is 'Read by the scheduler, for claims';
