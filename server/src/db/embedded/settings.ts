export interface SettingChoices {
  readonly socketDir: string
  readonly port: number
  readonly durable: boolean
}

/**
 * The server's settings, given on its command line so that nothing in the cluster overrides them. Small
 * memory first (application and database together stay under 300 MB), full durability, local socket only.
 */
export function chooseSettings({ socketDir, port, durable }: SettingChoices): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    port: `${port}`,
    max_connections: '60',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    // An import fills the log faster than the default buffers hold it; the log's own writer takes the writing over.
    wal_buffers: '16MB',
    wal_writer_delay: '20ms',
    effective_cache_size: '512MB',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    cluster_name: 'tracedesk',
    log_line_prefix: '',
    // Failed statements and their details quote customers' words; the application reports its own errors.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(durable ? DURABLE : VOLATILE),
  }
}

const DURABLE = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  // The queues of a busy desk fill with dead rows within seconds; looking more often finds fewer of them.
  autovacuum_naptime: '10s',
}

/** For tests only: a crash of the machine would destroy the cluster. */
const VOLATILE = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_wal_size: '4GB',
  autovacuum_naptime: '10min',
}
