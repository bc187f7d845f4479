import { systemCaller } from '../../command/caller.ts'
import { migrate } from '../../db/migrate.ts'
import { recordMigration } from '../../modules/ledger-state/index.ts'
import type { CliCommand } from './command.ts'
import { closeNode, type OpenDatabase, openDatabase, openNode, settleWorkspace } from './open-desk.ts'

export const migrateCommand: CliCommand = {
  name: 'migrate',
  synopsis: 'migrate',
  summary: 'bring the database’s schema up to date',
  options: {},
  run: async invocation => {
    const database = await openDatabase(invocation.env)
    try {
      const moved = await migrate(database.targets)
      if (moved.from > 0 && moved.from < moved.to) await recordIn(database, moved)
      invocation.say(
        moved.from === moved.to
          ? `The schema is at ${moved.to}; nothing to do.`
          : `The schema moved from ${moved.from} to ${moved.to}.`,
      )
      return { exitCode: 0, json: moved }
    } finally {
      await database.close()
    }
  },
}

/** That the schema moved is an entry in every workspace. */
async function recordIn(database: OpenDatabase, moved: { from: number; to: number }): Promise<void> {
  const node = openNode(database, 'error')
  try {
    for (const workspaceId of await node.workspaces()) {
      await node.door.execute(recordMigration, systemCaller(workspaceId), moved)
      await settleWorkspace(node, workspaceId, database.alone)
    }
  } finally {
    await closeNode(node)
  }
}
