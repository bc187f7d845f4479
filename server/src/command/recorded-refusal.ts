import { ConsoleError } from '../kernel/console-error.ts'

/** A refusal that already stands in the log, committed with the transaction it belongs to. */
export class RecordedRefusal extends ConsoleError {}
