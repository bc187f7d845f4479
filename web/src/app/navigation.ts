import { IconInbox } from '@tabler/icons-react'

/** The screens, in the order of the rail; each is shown to those whose role may read it. */
export const SCREENS = [
  { name: 'inbox', to: '/inbox', permission: 'conversation.view', icon: IconInbox, key: 'g i' },
] as const
