import type pg from 'pg'
import type { Databases } from '../../db/database.ts'

/** A lease this node holds. `term` grows with each new holder, so a write of an earlier one can be told apart. */
export interface Lease {
  readonly name: string
  readonly term: number
}

/**
 * Who may do what only one node may do. All times are the database's: a node with a wrong clock holds nothing longer.
 * A holder whose node stopped for a while finds its conditional writes refused.
 */
export class Leases {
  readonly #app: pg.Pool
  readonly #holder: string
  readonly #milliseconds: number

  constructor(databases: Databases, holder: string, milliseconds: number) {
    this.#app = databases.app
    this.#holder = holder
    this.#milliseconds = milliseconds
  }

  /** Takes those leases that nobody holds (any longer); returns what was got. */
  async take(names: readonly string[]): Promise<Lease[]> {
    if (names.length === 0) return []
    const { rows } = await this.#app.query<Lease>(
      `insert into lease (name, holder, term, expires_at)
       select name, $2, 1, clock_timestamp() + make_interval(secs => $3) from unnest($1::text[]) as t (name) order by name
       on conflict (name) do update set holder = excluded.holder, term = lease.term + 1, expires_at = excluded.expires_at
         where lease.expires_at < clock_timestamp()
       returning name, term`,
      [names, this.#holder, this.#milliseconds / 1000],
    )
    return rows
  }

  /** Prolongs leases; returns those still held. One that is missing from the answer is lost. */
  async renew(leases: readonly Lease[]): Promise<Lease[]> {
    if (leases.length === 0) return []
    const { rows } = await this.#app.query<Lease>(
      `update lease set expires_at = clock_timestamp() + make_interval(secs => $4)
       from unnest($1::text[], $2::bigint[]) as held (name, term)
       where lease.name = held.name and lease.term = held.term and lease.holder = $3
         and lease.expires_at > clock_timestamp()
       returning lease.name, lease.term`,
      [
        leases.map(lease => lease.name),
        leases.map(lease => lease.term),
        this.#holder,
        this.#milliseconds / 1000,
      ],
    )
    return rows
  }

  /** Gives leases back, so that another node need not wait for them to expire. */
  async release(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return
    await this.#app.query(
      `update lease set expires_at = clock_timestamp() from unnest($1::text[], $2::bigint[]) as held (name, term)
       where lease.name = held.name and lease.term = held.term and lease.holder = $3`,
      [leases.map(lease => lease.name), leases.map(lease => lease.term), this.#holder],
    )
  }
}
