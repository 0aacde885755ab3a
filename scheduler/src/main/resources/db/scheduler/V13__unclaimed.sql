-- Kafka archives a record that was delivered often and never claimed: its job is put out again.
alter table job add column put_out_at timestamptz;
alter table job add column put_out int not null default 0;

create index job_queued on job (queued_at) where state = 'QUEUED';
