import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import i18next from 'i18next'
import { LANGUAGES, useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import classes from './privacy.module.css'
import type { PrivacyRequest } from './privacy-request.ts'

const CHANGES = [['privacy.requests'], ['privacy.subject']]
const hrefOf = (requestId: string) => `/api/privacy.download?requestId=${requestId}`

/** The language a package is made in: the customer's, where we speak it, else the reader's. */
export const packageLanguage = (tag: string | null) => {
  const known = (each: string | undefined) => LANGUAGES.find(language => language === each?.slice(0, 2))
  return known(tag?.toLowerCase()) ?? known(i18next.language) ?? 'en'
}

/** Makes the package of a request and hands it over as soon as it is made: the browser saves it. */
export function useSubjectPackage(onDone?: () => void) {
  return useCommand('privacy.export_subject', {
    changes: CHANGES,
    onDone: (_file, { requestId }) => {
      const link = document.createElement('a')
      link.href = hrefOf(requestId)
      link.download = ''
      link.click()
      onDone?.()
    },
  })
}

/** Makes the package of a request in the customer's language, or in one that is chosen; once made it can be had again. */
export function SubjectPackage({ request }: { request: PrivacyRequest }) {
  const t = useT()
  const may = useMay()
  const make = useSubjectPackage()
  const language = packageLanguage(request.customerLanguage)
  if (!may('privacy.export_subject')) return null
  return (
    <>
      <Button.Group className={classes.package}>
        <Button
          size="compact-xs"
          loading={make.isPending}
          onClick={() => make.mutate({ requestId: request.id, language })}
        >
          {t('privacy.packageIn', { language: t(`value.${language}`) })}
        </Button>
        <Menu>
          <Menu.Target>
            <Button size="compact-xs" aria-label={t('privacy.packageLanguage')} disabled={make.isPending}>
              <IconChevronDown size={13} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {LANGUAGES.filter(each => each !== language).map(each => (
              <Menu.Item key={each} onClick={() => make.mutate({ requestId: request.id, language: each })}>
                {t('privacy.packageIn', { language: t(`value.${each}`) })}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      {request.packageId && (
        <Button component="a" href={hrefOf(request.id)} download size="compact-xs" variant="default">
          {t('exports.download')}
        </Button>
      )}
    </>
  )
}
