export {
  createBundleEvidence,
  createClosedBundles,
  createRangeBundles,
  type EvidencePort,
} from './bundle.ts'
export { createDownloadEvidence } from './download.ts'
export { eraseBundles, eraseBundlesOf } from './erase-bundles.ts'
