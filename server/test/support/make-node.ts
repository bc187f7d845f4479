import type { RoleTargets } from '../../src/db/roles.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { NO_TELEGRAM } from '../../src/modules/bots/index.ts'
import { TracedeskNode } from '../../src/node.ts'
import type { NodeOptions } from '../../src/wiring/parts.ts'

/** What a test tells a process that is to run a node; as JSON it is the process's first argument. */
export interface NodeTask {
  readonly targets: RoleTargets
  /** The installation's secret, in hex. */
  readonly secret: string
  readonly dataDir: string
}

/** A node for tests, not started: it says nothing and reaches no Telegram, unless `options` say otherwise. */
export function makeNode(
  { targets, secret, dataDir }: NodeTask,
  options: Partial<NodeOptions> = {},
): TracedeskNode {
  return new TracedeskNode({
    targets,
    secret: new InstallationSecret(Buffer.from(secret, 'hex')),
    dataDir,
    originHost: 'desk.example',
    log: createLog(process.env.TEST_LOG ?? 'silent'),
    version: 'test',
    bots: NO_TELEGRAM,
    setupToken: () => null,
    ...options,
  })
}
