export { type ChannelPort, deliver, type SendDocument } from './channels.ts'
export {
  acknowledgeAlertCommand,
  NothingToRaise,
  raiseAlertsCommand,
  recordDeliveryCommand,
} from './commands.ts'
export { listAlertsQuery } from './queries.ts'
export { ALERT_RULE, type Finding, findOverdueAnchor, judge, WATCHED } from './rules.ts'
