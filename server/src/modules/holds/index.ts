export {
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
export { createListHolds } from './queries.ts'
