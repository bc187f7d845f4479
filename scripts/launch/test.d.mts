interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export function replaceFiles(first: Report, second: Report | null): Report
export function countTests(report: Report): Counts
export function formatCounts(counts: Counts): string
