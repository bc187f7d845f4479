import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { createLog } from '../../kernel/log.ts'
import { serveWitness, watchTrust } from '../witness/server.ts'
import { Witness } from '../witness/witness.ts'
import { usage } from './cli-error.ts'
import { type CliCommand, optional, required } from './command.ts'
import { untilAborted } from './until-aborted.ts'

export const witnessCommand: CliCommand = {
  name: 'witness',
  synopsis: 'witness --data DIR --trust FILE [--listen HOST:PORT] [--name NAME]',
  summary: 'cosign the heads of other people’s ledgers; run it where they cannot reach',
  options: {
    data: { type: 'string' },
    trust: { type: 'string' },
    listen: { type: 'string' },
    name: { type: 'string' },
  },
  run: async invocation => {
    const folder = resolve(required(invocation, 'data'))
    const file = resolve(required(invocation, 'trust'))
    const listen = readAddress(optional(invocation, 'listen') ?? '127.0.0.1:8481')
    const name = optional(invocation, 'name') ?? `${hostname()}/witness`
    if (/[\s+]/.test(name)) throw usage('--name has no spaces and no plus sign')
    const log = createLog(invocation.env.LOG_LEVEL ?? 'info')
    const witness = await Witness.open({ folder, name, trust: watchTrust(file, log) })
    const server = await serveWitness({ witness, ...listen, log })
    invocation.say(`The witness answers at ${server.url} with the key`)
    invocation.say(witness.vkey)
    await untilAborted(invocation.signal)
    await server.close()
    return { exitCode: 0, json: { url: server.url, vkey: witness.vkey } }
  },
}

function readAddress(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
  const port = Number(found?.[3])
  if (!found || port > 65_535) throw usage('--listen is an address like 0.0.0.0:8481')
  return { host: found[1] ?? found[2] ?? '', port }
}
