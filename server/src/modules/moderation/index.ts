export { allowWalletCommand, disallowWalletCommand } from './allow-list.ts'
export { cancelModeratedCommand } from './cancel.ts'
export { matcherOfWords, matchersOfGroups } from './find-in-text.ts'
export { judgeText } from './judge.ts'
export {
  createPhraseGroupCommand,
  deletePhraseGroupCommand,
  updatePhraseGroupCommand,
} from './phrase-groups.ts'
export { listPhraseGroupsQuery, listWalletsQuery } from './queries.ts'
