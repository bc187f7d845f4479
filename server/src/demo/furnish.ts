import type { CommandInput } from '@tracedesk/contracts'
import type { DeskClient } from './desk-client.ts'

const REPLIES = [
  {
    folder: 'Greetings',
    title: 'Welcome',
    shortcut: 'hi',
    text: 'Hello {{customer.name}}, this is {{agent.name}}. How can I help?',
  },
  {
    folder: 'Greetings',
    title: 'Goodbye',
    shortcut: 'bye',
    text: 'Thank you for writing to us. Have a good day!',
  },
  {
    folder: 'Orders',
    title: 'Where is it',
    shortcut: 'track',
    text: 'Order {{field.order}} has left our warehouse. You get a message when it is at your door.',
  },
  {
    folder: 'Orders',
    title: 'Returns',
    shortcut: 'return',
    text: 'You can send anything back within 30 days. Shall I prepare the label?',
  },
] as const
const FIELDS = [
  { name: 'Order', key: 'order', kind: 'text' },
  { name: 'Orders so far', key: 'orders', kind: 'number' },
  { name: 'Customer since', key: 'since', kind: 'date' },
  { name: 'Plan', key: 'plan', kind: 'choice', options: ['Basic', 'Plus', 'Trade'] },
  { name: 'Shop account', key: 'account', kind: 'link' },
] satisfies CommandInput<'field.define'>[]
const PHRASES = [
  { name: 'Promises', action: 'block', patterns: ['guaranteed profit', 'no risk at all'] },
  { name: 'Money back', action: 'confirm', patterns: ['full refund', 'money back'] },
] as const

/** What a team has at hand after its first weeks: fields, canned replies, phrases that are checked, a set of labels. */
export async function furnish(owner: DeskClient): Promise<void> {
  // fields first: replies name them; each kind only where there is none yet, so that a start that was broken off goes on
  if ((await owner.ask('field.list', {})).items.length === 0)
    for (const field of FIELDS) await owner.do('field.define', field)
  if ((await owner.ask('canned_reply.list', {})).items.length === 0)
    for (const reply of REPLIES) await owner.do('canned_reply.create', { ...reply, departmentId: null })
  if ((await owner.ask('phrase_group.list', {})).items.length === 0)
    for (const { name, action, patterns } of PHRASES)
      await owner.do('phrase_group.create', {
        name,
        action,
        botId: null,
        languages: ['en'],
        rules: patterns.map(pattern => ({ kind: 'plain' as const, pattern })),
      })
  if ((await owner.ask('label_set.list', {})).items.length > 0) return
  const labels = (await owner.ask('label.list', {})).items.filter(({ name }) => name !== 'VIP')
  await owner.do('label_set.create', { name: 'What it was about', labelIds: labels.map(({ id }) => id) })
}
