import { useMe } from '../../shared/session.ts'

/** Within how many milliseconds a customer should have an answer. */
export const useResponseTarget = (): number => useMe().targets.firstResponseSeconds * 1000
