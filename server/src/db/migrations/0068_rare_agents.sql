-- The days in which a rare agent has something to find are looked up instead of read through.
create index log_rollup_by_agent_day_idx on log_rollup using gin (agent_ids) where unit = 'day';
