import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readUpdate } from '../../edges/telegram/read-update.ts'
import { messageOf, readTelegramContent } from './telegram-content.ts'

const UPDATES = fileURLToPath(
  new URL('../../../../../shared/data/telegram/updates-nutgram/Updates/', import.meta.url),
)
const WORDS = ['en', 'zh', 'ru'].map(language => {
  const path = fileURLToPath(new URL(`../../../../web/src/i18n/${language}.json`, import.meta.url))
  return JSON.parse(readFileSync(path, 'utf8')) as Record<'service' | 'kind', Record<string, string>>
})
const isThere = existsSync(UPDATES)
if (!isThere) process.stderr.write(`SKIPPED: kinds of updates, because ${UPDATES} is not there.\n`)

/** One line for what the thread shows of an update; null when it belongs to no thread. */
function shownOf(update: Parameters<typeof readUpdate>[0]): string | null {
  const facts = readUpdate(update)
  if (facts.to === 'reaction') return `reaction ${facts.emoji.join(' ')}`
  if (facts.to === 'deletion') return `deleted ${facts.telegramMessageIds.length}`
  if (facts.to !== 'message' && facts.to !== 'edit') return null
  const { content, file, forwardedFrom, quote } = readTelegramContent(messageOf(update))
  const parts = [
    facts.to === 'edit' ? 'edited' : facts.kind,
    content && wordsOf(content),
    file && `file ${file.kind}${file.name === null ? '' : ` “${file.name}”`}`,
    facts.text !== null && `“${facts.text.slice(0, 24)}”`,
    forwardedFrom !== null && `forwarded from ${forwardedFrom}`,
    quote !== null && `quotes “${quote}”`,
  ]
  return parts.filter(Boolean).join(' · ')
}

type Content = NonNullable<ReturnType<typeof readTelegramContent>['content']>
function wordsOf(content: Content): string {
  switch (content.type) {
    case 'location':
    case 'venue':
      return [content.latitude, content.longitude, 'title' in content && content.title]
        .filter(Boolean)
        .join(' ')
    case 'contact':
      return `${content.name} ${content.phone}`
    case 'poll':
      return `${content.question} ${content.options.map(({ text, votes }) => `${text}=${votes}`).join(' ')}`
    case 'dice':
      return `${content.emoji} ${content.value}`
    case 'sticker':
      return content.emoji ?? ''
    case 'service':
    case 'other': {
      const names = content.type === 'service' ? [content.what] : content.what
      const words = names.map(name => WORDS[0]?.service[name] ?? `UNKNOWN ${name}`)
      return [...words, content.detail].filter(Boolean).join(' ')
    }
  }
}

describe.skipIf(!isThere)('every recorded kind of update', () => {
  const all = new Map(
    (isThere ? readdirSync(UPDATES) : []).map(file => [
      file.replace('.json', ''),
      shownOf(JSON.parse(readFileSync(UPDATES + file, 'utf8'))),
    ]),
  )

  test('shows as what it is, or belongs to no thread', () => {
    expect(Object.fromEntries(all)).toMatchInlineSnapshot(`
      {
        "animation": "animation · file animation “lol.mp4”",
        "audio": "audio · file audio “dsagfds.mp3”",
        "business_connection": null,
        "business_message": "text · “Ciao”",
        "callback_query": "button · “thedata”",
        "callback_query_complex": "button · “c=uud&pid=1&bid=1”",
        "callback_query_inaccessible_message": "button · “thedata”",
        "callback_query_without_message": null,
        "channel_chat_created": "service · Channel created",
        "channel_post": null,
        "chat_boost": null,
        "chat_join_request": null,
        "chat_member": null,
        "chat_owner_changed": "service · The group has another owner",
        "chat_owner_left": "service · The owner left the group",
        "chat_shared": "service · Shared a chat",
        "checklist": "other · Checklist Daily Tasks",
        "checklist_tasks_added": "service · Checklist: tasks added",
        "checklist_tasks_done": "service · Checklist: tasks marked",
        "chosen_inline_result": null,
        "command": "text · “/test”",
        "command_message": "text · “/start”",
        "command_tag_valid": "text · “/test@foo_bot”",
        "command_tag_wrong": "text · “/test@bar”",
        "command_with_parameters": "text · “/register HR John Doe”",
        "community_chat_added": "service · Added to a community",
        "community_chat_removed": "service · Removed from a community",
        "connected_website": "service · Signed in on a website wow",
        "contact": "contact · 911 911",
        "delete_chat_photo": "service · Picture of the group removed",
        "deleted_business_messages": "deleted 2",
        "dice": "dice · 🎲 4",
        "direct_message_price_changed": "service · Price of direct messages changed",
        "document": "document · file document “document.pdf”",
        "edited_business_message": "edited · “Ciao”",
        "edited_channel_post": null,
        "edited_message": "edited · “Editing this message”",
        "entities": "text · “test bold underline 😆👍”",
        "food": "text · “I want 12 portions of pi”",
        "forum_topic_closed": "service · Topic closed",
        "forum_topic_created": "service · Topic created Here we go!",
        "forum_topic_edited": "service · Topic changed Here we go!",
        "forum_topic_reopened": "service · Topic reopened",
        "game": "other · Game sdfsdfsdfsdfsf",
        "giveaway": "other · Giveaway",
        "giveaway_completed": "service · Giveaway over",
        "giveaway_created": "service · Giveaway begun",
        "giveaway_winners": "other · Giveaway: the winners",
        "group_chat_created": "service · Group created",
        "guest_message": null,
        "inline_query": null,
        "invoice": "other · Invoice asdasdas",
        "left_chat_member": "service · Left the group Mario",
        "location": "location · 41.899977 12.501028",
        "managed_bot": null,
        "managed_bot_created": "service · Bot created",
        "message": "text · “Ciao”",
        "message_auto_delete_timer_changed": "service · Time until messages are deleted changed",
        "message_boost_added": "service · Boosted the group",
        "message_different_topic": "text · “aaaa”",
        "message_different_topic_reply": "text · “bbbb”",
        "message_forward_origin": "text · “Ciao” · forwarded from Stickers",
        "message_general_topic": "text · “foo”",
        "message_general_topic_reply": "text · “bbbb”",
        "message_poll": "poll · What's your favorite color? Red=1 Blue=2",
        "message_reaction": "reaction ❤️ 🤡 custom_emoji",
        "message_reaction_count": null,
        "message_topic": "text · “lòklò”",
        "migrate_from_chat_id": "service · The group became a supergroup",
        "migrate_to_chat_id": "service · The group became a supergroup",
        "my_chat_member": null,
        "new_chat_members": "service · Joined the group Mario",
        "new_chat_photo": "service · New picture of the group",
        "new_chat_title": "service · New title of the group wow",
        "not_command": "text · “aa /test”",
        "paid_media_purchased": null,
        "passport_data": "service · Telegram Passport data",
        "photo": "photo · file photo · “asdasdasdasdasdasd”",
        "pinned_message": "service · Pinned a message a",
        "poll": null,
        "poll_answer": null,
        "poll_option_added": "service · Poll: an answer added",
        "poll_option_deleted": "service · Poll: an answer removed",
        "pre_checkout_query": null,
        "proximity_alert_triggered": "service · Came near",
        "refunded_payment": "service · Payment returned 1.00 USD",
        "removed_chat_boost": null,
        "rich_message": null,
        "shipping_query": null,
        "sticker": "sticker · 🤣 · file sticker",
        "story": "other · Story",
        "subscription": null,
        "successful_payment": "service · Payment 1.00 USD",
        "supergroup_chat_created": "service · Supergroup created",
        "text": "text · “aaaaaaaaaa”",
        "users_shared": "service · Shared people",
        "venue": "venue · 41.899977 12.501028 McDonald's",
        "video": "video · file video “sdfsdfsdf.mp4”",
        "video_chat_ended": "service · Video chat ended",
        "video_chat_participants_invited": "service · Invited to the video chat",
        "video_chat_scheduled": "service · Video chat planned",
        "video_chat_started": "service · Video chat began",
        "video_note": "video_note · file video_note",
        "voice": "voice · file voice",
        "web_app_data": "service · Data of a web app asdfsaasd",
      }
    `)
  })

  test('none that is in a thread shows as a bare name of Telegram’s, in any language', () => {
    expect([...all].filter(([, shown]) => shown?.includes('UNKNOWN'))).toEqual([])
    const names = Object.keys(WORDS[0]?.service ?? {})
    for (const words of WORDS) expect(names.filter(name => !words.service[name])).toEqual([])
  })
})
