import { Button, Select } from '@mantine/core'
import { IconIdBadge2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLanguage, useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import type { Bot } from './bot.ts'
import { BotChanges } from './bot-changes.tsx'
import { BotCommands } from './bot-commands.tsx'
import { BotPhoto } from './bot-photo.tsx'
import { BotTexts } from './bot-texts.tsx'
import classes from './bots.module.css'

/** Every ISO 639-1 code: Telegram takes any of them. */
const CODES =
  'aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'.split(
    ' ',
  )

/** What Telegram shows of a bot, and where it is set. */
export function BotProfile({ bot }: { bot: Bot }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconIdBadge2 size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('bots.profile.open')}
      </Button>
      {isOpen && <ProfileDialog bot={bot} onClose={() => setOpen(false)} />}
    </>
  )
}

function ProfileDialog({ bot, onClose }: { bot: Bot; onClose: () => void }) {
  const t = useT()
  const names = new Intl.DisplayNames(useLanguage(), { type: 'language', fallback: 'code' })
  const [language, setLanguage] = useState('')
  const profile = useQuery({ ...queryOf('bot.profile', { botId: bot.id, language }), retry: false })
  return (
    <Dialog size="lg" onClose={onClose} title={t('bots.profile.title', { name: bot.name })}>
      <div className={classes.form}>
        <p className={classes.small}>{t('bots.profile.text')}</p>
        <Select
          searchable
          allowDeselect={false}
          label={t('bots.profile.language')}
          nothingFoundMessage={t('palette.nothing')}
          value={language}
          data={[
            { value: '', label: t('bots.profile.everyLanguage') },
            ...CODES.map(value => ({ value, label: `${names.of(value) ?? value} (${value})` })),
          ]}
          onChange={value => setLanguage(value ?? '')}
        />
        {profile.isPending && <RowsSkeleton rows={4} />}
        {profile.isError && <ErrorFace error={profile.error} retry={() => void profile.refetch()} />}
        {profile.data && !profile.isError && (
          <>
            <BotTexts key={`texts-${language}`} bot={bot} language={language} now={profile.data} />
            <BotPhoto bot={bot} photo={profile.data.photo} />
            <BotCommands
              key={`commands-${language}`}
              bot={bot}
              language={language}
              now={profile.data.commands}
            />
          </>
        )}
        <BotChanges bot={bot} />
      </div>
    </Dialog>
  )
}
