import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import {
  IconCheck,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { changeLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage, useT } from '../i18n/index.ts'
import { useCommand } from '../shared/command.ts'
import { MOD_LABEL } from '../shared/keys.ts'
import { useRoleName } from '../shared/role-name.ts'
import { useMe } from '../shared/session.ts'
import { Face } from '../shared/ui/person.tsx'
import { AlertBell } from './alert-bell.tsx'
import { AnchorSeal } from './anchor-seal.tsx'
import { Bell } from './bell.tsx'
import { useConnection } from './connection.ts'
import { PresenceSwitch } from './presence-switch.tsx'
import classes from './shell.module.css'

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const t = useT()
  const me = useMe()
  return (
    <header className={classes.top}>
      <bdi className={classes.workspace}>{me.workspace.name}</bdi>
      <button type="button" className={classes.find} onClick={onPalette} aria-label={t('palette.open')}>
        <IconSearch size={16} stroke={1.8} aria-hidden />
        <span>{t('palette.open')}</span>
        <kbd className={classes.kbd} data-keys={`${MOD_LABEL} K`} aria-hidden />
      </button>
      <AnchorSeal />
      <ConnectionPulse />
      <Bell />
      <AlertBell />
      <PresenceSwitch />
      <LanguageMenu />
      <SchemeButton />
      <MeMenu />
    </header>
  )
}

function ConnectionPulse() {
  const t = useT()
  const state = useConnection()
  return (
    <Tooltip label={t(`connection.${state}.explain`)} multiline w={260}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip must be reachable by keyboard */}
      <div className={classes.pulse} data-state={state} role="status" tabIndex={0}>
        <i aria-hidden />
        <span>{t(`connection.${state}.word`)}</span>
        {state === 'live' && <b className="visually-hidden">{t('connection.live.word')}</b>}
      </div>
    </Tooltip>
  )
}

function LanguageMenu() {
  const t = useT()
  const language = useLanguage()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t('shell.language')} size="lg">
          <IconLanguage size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map(each => (
          <Menu.Item
            key={each}
            lang={each}
            onClick={() => void changeLanguage(each)}
            rightSection={each === language && <IconCheck size={15} aria-hidden />}
          >
            {LANGUAGE_NAMES[each]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function SchemeButton() {
  const t = useT()
  const scheme = useComputedColorScheme('light')
  const { setColorScheme } = useMantineColorScheme()
  const next = scheme === 'dark' ? 'light' : 'dark'
  return (
    <ActionIcon aria-label={t(`shell.scheme.${next}`)} size="lg" onClick={() => setColorScheme(next)}>
      {scheme === 'dark' ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
    </ActionIcon>
  )
}

function MeMenu() {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const roleName = useRoleName()
  const signOut = useCommand('session.sign_out', {
    onDone: () => {
      // Another person may sit down next: nothing of this one stays in memory.
      void navigate({ to: '/sign-in', search: {} }).then(() => client.clear())
    },
  })
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className={classes.me} aria-label={t('shell.me', { name: me.agent.name })}>
          <Face id={me.agent.id} name={me.agent.name} size={30} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <b>
            <bdi>{me.agent.name}</bdi>
          </b>
          <br />
          {me.agent.email}
          <br />
          {roleName(me.agent.role)}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUserCircle size={16} aria-hidden />}
          onClick={() => void navigate({ to: '/account' })}
        >
          {t('account.title')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate({})}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
