import {
  IconClockX,
  IconDownload,
  IconGavel,
  IconInbox,
  IconLayoutDashboard,
  IconMessageBolt,
  IconRobot,
  IconSettings,
  IconShieldCheck,
  IconTimelineEvent,
  IconUserShield,
  IconUsers,
} from '@tabler/icons-react'

/** The screens, in the order of the rail; each is shown to those whose role may read it. */
export const SCREENS = [
  { name: 'inbox', to: '/inbox', permission: 'conversation.view', icon: IconInbox, key: 'g i' },
  { name: 'board', to: '/board', permission: 'desk.board', icon: IconLayoutDashboard, key: 'g d' },
  { name: 'log', to: '/log', permission: 'log.view', icon: IconTimelineEvent, key: 'g l' },
  { name: 'disputes', to: '/disputes', permission: 'dispute.view', icon: IconGavel, key: 'g c' },
  { name: 'bots', to: '/bots', permission: 'bot.view', icon: IconRobot, key: 'g b' },
  { name: 'replies', to: '/replies', permission: 'canned_reply.view', icon: IconMessageBolt, key: 'g r' },
  { name: 'team', to: '/team', permission: 'team.view', icon: IconUsers, key: 'g t' },
  { name: 'settings', to: '/settings', permission: 'setting.view', icon: IconSettings, key: 'g s' },
  { name: 'exports', to: '/exports', permission: 'export.request', icon: IconDownload, key: 'g e' },
  { name: 'privacy', to: '/privacy', permission: 'privacy.view', icon: IconUserShield, key: 'g y' },
  { name: 'retention', to: '/retention', permission: 'retention.view', icon: IconClockX, key: 'g h' },
  { name: 'proof', to: '/proof', permission: 'ledger.view', icon: IconShieldCheck, key: 'g p' },
] as const
