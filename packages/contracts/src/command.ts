import type { z } from 'zod'
import type { EventDefinition, SubjectKind } from './event.ts'

export interface CommandContract<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly name: Name
  /** `null`: open to callers without a session (sign-in, set-up, accepting an invitation). */
  readonly permission: string | null
  /** `internal` commands have no route: only the gateway, the importer and the system itself run them. */
  readonly access: 'route' | 'internal'
  readonly summary: string
  readonly input: Input
  readonly output: Output
  /** Every event the command may record. `execute` refuses any other, and refuses a success without one. */
  readonly records: readonly EventDefinition[]
  /** What a refusal is about, read from the input. */
  readonly subject: (input: unknown) => { kind: SubjectKind; id: string } | null
}

/** Declares what crosses the border of one command; the server attaches the handler. */
export function defineCommand<
  const Name extends string,
  Input extends z.ZodType,
  Output extends z.ZodType,
>(command: {
  name: Name
  permission?: string | null
  access?: 'route' | 'internal'
  summary: string
  input: Input
  output: Output
  records: readonly EventDefinition[]
  subject?: { kind: SubjectKind; field: string }
}): CommandContract<Name, Input, Output> {
  const { subject } = command
  return {
    name: command.name,
    permission: command.permission === undefined ? command.name : command.permission,
    access: command.access ?? 'route',
    summary: command.summary,
    input: command.input,
    output: command.output,
    records: command.records,
    subject: input => {
      if (!subject || typeof input !== 'object' || input === null) return null
      const id = (input as Record<string, unknown>)[subject.field]
      return typeof id === 'string' ? { kind: subject.kind, id } : null
    },
  }
}

export interface QueryContract<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly name: Name
  readonly permission: string | null
  readonly summary: string
  readonly input: Input
  readonly output: Output
}

/** Declares what crosses the border of one read (`GET /api/<name>`). */
export function defineQuery<const Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  query: QueryContract<Name, Input, Output>,
): QueryContract<Name, Input, Output> {
  return query
}
