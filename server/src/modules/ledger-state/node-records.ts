import { defineCommand, nodeStarted, nodeStopped, schemaMigrated } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'

/** A node began to work on this workspace: from here its numbers count. */
export const recordNodeStart = defineCommandHandler(
  defineCommand({
    name: 'node.start',
    access: 'internal',
    summary: 'Record that a node started',
    input: z.strictObject({ nodeId: z.uuid(), version: z.string(), schema: z.int() }),
    output: z.strictObject({}),
    records: [nodeStarted],
  }),
  {
    handle: async (context, { nodeId, version, schema }) => {
      context.record(nodeStarted, { version, schema }, { subject: { id: nodeId } })
      return {}
    },
  },
)

/** A node stopped in order: how many entries it wrote, and which of its numbers it never used. */
export const recordNodeStop = defineCommandHandler(
  defineCommand({
    name: 'node.stop',
    access: 'internal',
    summary: 'Record that a node stopped',
    input: z.strictObject({ nodeId: z.uuid(), entries: z.int(), unused: z.array(z.int()) }),
    output: z.strictObject({}),
    records: [nodeStopped],
  }),
  {
    handle: async (context, { nodeId, entries, unused }) => {
      context.record(nodeStopped, { entries, unused }, { subject: { id: nodeId } })
      return {}
    },
  },
)

/** The schema moved; in each workspace that was there. */
export const recordMigration = defineCommandHandler(
  defineCommand({
    name: 'schema.migrate',
    access: 'internal',
    summary: 'Record that the schema moved',
    input: z.strictObject({ from: z.int(), to: z.int() }),
    output: z.strictObject({}),
    records: [schemaMigrated],
  }),
  {
    handle: async (context, input) => {
      context.record(schemaMigrated, input, { subject: { id: context.workspaceId } })
      return {}
    },
  },
)
