import { IconMapPin, IconUser } from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import media from './media.module.css'

type Content = NonNullable<Message['content']>

/** What a message holds beside words and files. */
export function MessageContent({ content }: { content: Content }) {
  switch (content.type) {
    case 'location':
    case 'venue':
      return <Place content={content} />
    case 'contact':
      return <ContactCard content={content} />
    case 'poll':
      return <Poll content={content} />
    case 'dice':
      return (
        <span className={media.dice}>
          {content.emoji} <b>{content.value}</b>
        </span>
      )
    case 'sticker':
      return null
    case 'service':
    case 'other':
      return <Service content={content} />
  }
}

function Place({ content }: { content: Extract<Content, { type: 'location' | 'venue' }> }) {
  const t = useT()
  const { latitude, longitude } = content
  // no map is fetched: that would tell others where the customer is
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return (
    <div className={media.card}>
      <IconMapPin size={20} stroke={1.6} aria-hidden />
      <div>
        {content.type === 'venue' && (
          <>
            <b dir="auto">{content.title}</b>
            <span dir="auto">{content.address}</span>
          </>
        )}
        {content.type === 'location' && content.live && <b>{t('media.live')}</b>}
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          <bdi dir="ltr">
            {latitude.toFixed(5)}, {longitude.toFixed(5)}
          </bdi>
        </a>
      </div>
    </div>
  )
}

function ContactCard({ content }: { content: Extract<Content, { type: 'contact' }> }) {
  return (
    <div className={media.card}>
      <IconUser size={20} stroke={1.6} aria-hidden />
      <div>
        <b dir="auto">{content.name}</b>
        <a href={`tel:${content.phone.replace(/[^+\d]/g, '')}`}>{content.phone}</a>
      </div>
    </div>
  )
}

function Poll({ content }: { content: Extract<Content, { type: 'poll' }> }) {
  const t = useT()
  const format = useFormat()
  const { question, options, votes, closed, quiz } = content
  return (
    <div className={media.poll}>
      <b dir="auto">{question}</b>
      <small>
        {t(quiz ? 'media.quiz' : 'kind.poll')} · {t('media.votes', { count: votes })}
        {closed && ` · ${t('media.closed')}`}
      </small>
      <ul>
        {options.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two options of a poll may have the same words
          <li key={index}>
            <span dir="auto">{option.text}</span> <span>{format.number(option.votes)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A service message of a known name in words; any other by Telegram's own name for it. */
function Service({ content }: { content: Extract<Content, { type: 'service' | 'other' }> }) {
  const t = useT()
  const names = content.type === 'service' ? [content.what] : content.what
  return (
    <div className={media.service}>
      <span>{names.map(name => (isKnown(name) ? t(`service.${name}`) : name)).join(' · ')}</span>
      {content.detail && <b dir="auto">{content.detail}</b>}
    </div>
  )
}

const KNOWN = [
  'new_chat_members',
  'left_chat_member',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'pinned_message',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'successful_payment',
  'refunded_payment',
  'invoice',
  'web_app_data',
  'users_shared',
  'chat_shared',
  'story',
  'game',
  'checklist',
  'giveaway',
  'paid_media',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_scheduled',
  'connected_website',
  'passport_data',
  'user_shared',
  'chat_owner_left',
  'chat_owner_changed',
  'channel_chat_created',
  'message_auto_delete_timer_changed',
  'gift',
  'unique_gift',
  'gift_upgrade_sent',
  'write_access_allowed',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'checklist_tasks_done',
  'checklist_tasks_added',
  'direct_message_price_changed',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'giveaway_created',
  'giveaway_completed',
  'giveaway_winners',
  'managed_bot_created',
  'paid_message_price_changed',
  'poll_option_added',
  'poll_option_deleted',
  'suggested_post_approved',
  'suggested_post_approval_failed',
  'suggested_post_declined',
  'suggested_post_paid',
  'suggested_post_refunded',
  'video_chat_participants_invited',
  'community_chat_added',
  'community_chat_removed',
] as const
const isKnown = (name: string): name is (typeof KNOWN)[number] => KNOWN.some(each => each === name)
