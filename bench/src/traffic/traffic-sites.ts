export interface TrafficSite {
  id: string;
  /** Share of all visits, 0 to 1. */
  share: number;
  /** Number of different pages, referring hosts and profiles. */
  paths: number;
  hosts: number;
  profiles: number;
}

const biggestShare = 0.38;
const siteCount = 40;

export const biggestSite: TrafficSite = {
  id: 'big.example.com',
  share: biggestShare,
  paths: 5_000,
  hosts: 400,
  profiles: 500,
};

/** Site n has half the traffic of site n / 2, and fewer pages. */
function smallerSites(): TrafficSite[] {
  const weights = Array.from({ length: siteCount - 1 }, (_, index) => 1 / (index + 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) => ({
    id: `site-${index + 2}.example.com`,
    share: ((1 - biggestShare) * weight) / total,
    paths: Math.round(biggestSite.paths * Math.sqrt(weight)),
    hosts: 300,
    profiles: 200,
  }));
}

/** Biggest first; the shares add up to 1. */
export const trafficSites: readonly TrafficSite[] = [biggestSite, ...smallerSites()];

export const onlyBiggestSite: readonly TrafficSite[] = [{ ...biggestSite, share: 1 }];
