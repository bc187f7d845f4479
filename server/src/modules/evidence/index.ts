export {
  createBundleEvidence,
  createClosedBundles,
  createRangeBundles,
  type EvidencePort,
} from './bundle.ts'
export { createDownloadEvidence } from './download.ts'
export { eraseBundles } from './erase-bundles.ts'
