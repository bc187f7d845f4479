import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { parseInboxSearch } from '../features/conversations/inbox-search.ts'
import { parseLogSearch } from '../features/log/log-search.ts'
import { ApiError } from '../shared/api.ts'
import { meQuery } from '../shared/queries.ts'
import { ErrorScreen, LoadingScreen, NotFoundScreen } from './screens.tsx'
import { parseSearch, stringifySearch } from './search-params.ts'
import { Shell } from './shell.tsx'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()()

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const parseToken = (search: Record<string, unknown>): { token?: string } => {
  const token = text(search.token)
  return token === undefined ? {} : { token }
}
const parseReturn = (search: Record<string, unknown>): { to?: string; error?: string } => {
  const to = text(search.to)
  const error = text(search.error)
  // Only back into this console: `//host` would lead elsewhere.
  return {
    ...(to?.startsWith('/') && !to.startsWith('//') ? { to } : {}),
    ...(error && /^[a-z_]+[.][a-z_]+$/.test(error) ? { error } : {}),
  }
}

const parseHoldsSearch = (search: Record<string, unknown>): { customer?: string; conversation?: string } => {
  const [customer, conversation] = [text(search.customer), text(search.conversation)]
  return { ...(customer ? { customer } : {}), ...(conversation ? { conversation } : {}) }
}

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: parseToken,
  component: lazyRouteComponent(() => import('../features/access/setup-page.tsx'), 'SetupPage'),
})
const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: parseReturn,
  component: lazyRouteComponent(() => import('../features/access/sign-in-page.tsx'), 'SignInPage'),
})
const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  validateSearch: parseToken,
  component: lazyRouteComponent(() => import('../features/access/invitation-page.tsx'), 'InvitationPage'),
})

let forgetting: Promise<unknown> | undefined
/** Once a page, before anything is shown: texts kept for people who were erased meanwhile go. */
const forgetOnce = () => {
  forgetting ??= import('./kept-texts.ts')
    .then(({ forgetErased }) => forgetErased())
    .catch(error => {
      forgetting = undefined
      throw error
    })
  return forgetting
}

/** Everything behind sign-in. Whoever is not signed in comes back here afterwards. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      const me = await context.queryClient.ensureQueryData(meQuery)
      // until their second factor is set up, nothing else would answer
      if (me.mustEnrol && location.pathname !== '/account') throw redirect({ to: '/account' })
      if (!me.mustEnrol && me.permissions.includes('conversation.view')) await forgetOnce()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } })
      }
      throw error
    }
  },
  component: Shell,
})

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox' })
  },
})
const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  validateSearch: parseInboxSearch,
  component: lazyRouteComponent(() => import('../features/conversations/inbox-page.tsx'), 'InboxPage'),
})
const conversationRoute = createRoute({ getParentRoute: () => inboxRoute, path: '$conversationId' })
const boardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/board',
  component: lazyRouteComponent(() => import('../features/board/board-page.tsx'), 'BoardPage'),
})
const boardFigureRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/board/$figure',
  validateSearch: (search: Record<string, unknown>): { of?: string } => {
    const of = text(search.of)
    return of === undefined ? {} : { of }
  },
  component: lazyRouteComponent(() => import('../features/board/figure-page.tsx'), 'FigurePage'),
})
const logRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/log',
  validateSearch: parseLogSearch,
  component: lazyRouteComponent(() => import('../features/log/log-page.tsx'), 'LogPage'),
})
const disputesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/disputes',
  component: lazyRouteComponent(() => import('../features/disputes/disputes-page.tsx'), 'DisputesPage'),
})
const disputeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/disputes/$disputeId',
  component: lazyRouteComponent(() => import('../features/disputes/dispute-page.tsx'), 'DisputePage'),
})
const botsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/bots',
  component: lazyRouteComponent(() => import('../features/bots/bots-page.tsx'), 'BotsPage'),
})
const repliesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/replies',
  component: lazyRouteComponent(() => import('./replies-page.tsx'), 'RepliesPage'),
})
const teamRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/team',
  component: lazyRouteComponent(() => import('../features/team/team-page.tsx'), 'TeamPage'),
})
const rolesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/team/roles',
  component: lazyRouteComponent(() => import('../features/team/roles-page.tsx'), 'RolesPage'),
})
const reviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/team/review',
  component: lazyRouteComponent(() => import('../features/team/review-page.tsx'), 'ReviewPage'),
})
const tokensRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/team/tokens',
  component: lazyRouteComponent(() => import('../features/team/tokens-page.tsx'), 'TokensPage'),
})
const offboardingRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/team/report/$agentId',
  component: lazyRouteComponent(() => import('../features/team/offboarding-page.tsx'), 'OffboardingPage'),
})
const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
})
const exportsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/exports',
  component: lazyRouteComponent(() => import('../features/exports/exports-page.tsx'), 'ExportsPage'),
})
const privacyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/privacy',
  validateSearch: (search: Record<string, unknown>): { customer?: string } => {
    const customer = text(search.customer)
    return customer === undefined ? {} : { customer }
  },
  component: lazyRouteComponent(() => import('../features/privacy/privacy-page.tsx'), 'PrivacyPage'),
})
const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports',
  component: lazyRouteComponent(() => import('../features/imports/imports-page.tsx'), 'ImportsPage'),
})
const retentionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/retention',
  component: lazyRouteComponent(() => import('../features/retention/retention-page.tsx'), 'RetentionPage'),
})
const archiveRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/archive',
  validateSearch: (search: Record<string, unknown>): { month?: string } => {
    const month = text(search.month)
    return month === undefined ? {} : { month }
  },
  component: lazyRouteComponent(() => import('../features/archive/archive-page.tsx'), 'ArchivePage'),
})
const holdsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/holds',
  validateSearch: parseHoldsSearch,
  component: lazyRouteComponent(() => import('../features/holds/holds-page.tsx'), 'HoldsPage'),
})
const streamsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/streams',
  component: lazyRouteComponent(() => import('../features/streams/streams-page.tsx'), 'StreamsPage'),
})
const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
})
const proofRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/proof',
  component: lazyRouteComponent(() => import('../features/proof/proof-page.tsx'), 'ProofPage'),
})

/** Every other address: whoever is signed in keeps the way back, whoever is not signs in first. */
const elsewhereRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '$',
  component: NotFoundScreen,
})

const routeTree = rootRoute.addChildren([
  setupRoute,
  signInRoute,
  invitationRoute,
  shellRoute.addChildren([
    homeRoute,
    inboxRoute.addChildren([conversationRoute]),
    boardRoute,
    boardFigureRoute,
    logRoute,
    disputesRoute,
    disputeRoute,
    importsRoute,
    botsRoute,
    repliesRoute,
    teamRoute,
    rolesRoute,
    reviewRoute,
    tokensRoute,
    offboardingRoute,
    accountRoute,
    settingsRoute,
    exportsRoute,
    privacyRoute,
    retentionRoute,
    archiveRoute,
    holdsRoute,
    streamsRoute,
    proofRoute,
    elsewhereRoute,
  ]),
])

/** All addresses of the console. */
export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: LoadingScreen,
    defaultPendingMs: 200,
    defaultErrorComponent: ErrorScreen,
    defaultNotFoundComponent: NotFoundScreen,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
