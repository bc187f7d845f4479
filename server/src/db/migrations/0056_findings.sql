-- Who acknowledges a row that was put aside has to see it.
grant select on log_rejected, log_entry, log_pending to {{app}};
