import { Button, Radio, Select, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { CommandInput, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './privacy.module.css'
import { packageLanguage, useSubjectPackage } from './subject-package.tsx'

type Asked = CommandInput<'privacy.open_request'>
const KINDS = ['access', 'rectification', 'restriction', 'erasure'] as const
const CHANNELS = ['telegram', 'email', 'letter', 'other'] as const

/** What is held about a customer, and a request of theirs to note. */
export function OpenRequest({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const id = customerId as Asked['customerId']
  const subject = useQuery(queryOf('privacy.subject', { id }))
  const [kind, setKind] = useState<Asked['kind']>('erasure')
  const [channel, setChannel] = useState<Asked['channel']>('telegram')
  const [text, setText] = useState('')
  const changes = [['privacy.requests']]
  const ask = useCommand('privacy.request_erasure', { announce: false, changes, onDone: onClose })
  // whoever may erase asks in the same breath: another person has to agree in any case
  const asksToo = kind === 'erasure' && may('privacy.request_erasure')
  const makesToo = kind === 'access' && may('privacy.export_subject')
  const make = useSubjectPackage(onClose)
  const goOn = (requestId: CommandInput<'privacy.request_erasure'>['requestId']) => {
    if (asksToo) ask.mutate({ requestId })
    else if (makesToo) make.mutate({ requestId, language: packageLanguage(subject.data?.language ?? null) })
    else onClose()
  }
  const open = useCommand('privacy.open_request', {
    announce: false,
    changes,
    onDone: ({ request }) => goOn(request.id),
  })
  const button = asksToo ? 'privacy.openAndAsk' : makesToo ? 'privacy.openAndMake' : 'privacy.open'
  return (
    <Dialog onClose={onClose} title={t('privacy.open')}>
      {subject.isPending && <RowsSkeleton rows={2} />}
      {subject.isError && <ErrorFace error={subject.error} />}
      {subject.data && (
        <form
          className={classes.form}
          onSubmit={event => {
            event.preventDefault()
            // noted already, and only what follows failed
            if (open.data) goOn(open.data.request.id)
            else open.mutate({ customerId: id, kind, channel, ...(text.trim() ? { text } : {}) })
          }}
        >
          <Held subject={subject.data} />
          <Radio.Group
            label={t('privacy.asks')}
            value={kind}
            onChange={value => setKind(KINDS.find(each => each === value) ?? kind)}
          >
            <div className={classes.kinds}>
              {KINDS.map(value => (
                <Radio key={value} value={value} disabled={open.isSuccess} label={t(`value.${value}`)} />
              ))}
            </div>
          </Radio.Group>
          <Select
            label={t('field.channel')}
            allowDeselect={false}
            value={channel}
            data={CHANNELS.map(value => ({ value, label: t(`value.${value}`) }))}
            onChange={value => value && setChannel(value)}
          />
          <Textarea
            label={t('privacy.words')}
            autosize
            maxRows={6}
            maxLength={4096}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
          {asksToo && <p className={classes.willGo}>{t('privacy.willGo')}</p>}
          <Failure error={open.error ?? ask.error ?? make.error} />
          <Button
            type="submit"
            loading={open.isPending || ask.isPending || make.isPending}
            disabled={subject.data.erasedAt !== null}
            {...(asksToo ? { color: 'red.8' } : {})}
          >
            {t(button)}
          </Button>
        </form>
      )}
    </Dialog>
  )
}

function Held({ subject }: { subject: QueryOutput<'privacy.subject'> }) {
  const t = useT()
  const format = useFormat()
  const { name, accounts, conversations, messages, entries, restrictedSince, erasedAt, holds, consents } =
    subject
  return (
    <div className={classes.held}>
      <b>{name && <PartFace part={name} />}</b>
      <span>
        {t('privacy.held', {
          conversations: format.number(conversations),
          messages: format.number(messages),
          entries: format.number(entries),
        })}
      </span>
      {accounts > 1 && <span>{t('privacy.accounts', { count: accounts })}</span>}
      {restrictedSince && (
        <span>
          {t('privacy.restrictedSince')} <Time at={restrictedSince} show="exact" />
        </span>
      )}
      {erasedAt && (
        <span>
          {t('privacy.erasedAt')} <Time at={erasedAt} show="exact" />
        </span>
      )}
      {consents.map(({ purpose, state }) => (
        <span key={purpose}>
          {t(`value.${purpose}`)}: {t(`privacy.consent.${state}`)}
        </span>
      ))}
      {holds.length > 0 && <span>{t('privacy.holds', { count: holds.length })}</span>}
    </div>
  )
}
