export {
  type HoldRequest,
  placeHoldCommand,
  placeHoldWithin,
  releaseHoldCommand,
  releaseHoldWithin,
} from './commands.ts'
export {
  type ActiveHold,
  activeHolds,
  type Doomed,
  heldEntrySql,
  heldOwners,
  holdsOn,
  isHeld,
} from './holds.ts'
export { createListHolds, type OpenReasons } from './queries.ts'
