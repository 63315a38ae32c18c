/** Turns the wish for sites of different size into a list of them, each with its share of the traffic. */

export interface TrafficSite {
  id: string;
  /** Of all sessions, 0 to 1. */
  share: number;
  /** Pages, referring hosts and profiles that its events may name. */
  paths: number;
  hosts: number;
  profiles: number;
}

/** Of the biggest site. */
const biggestShare = 0.38;
const siteCount = 40;

export const biggestSite: TrafficSite = {
  id: 'big.example.com',
  share: biggestShare,
  paths: 5_000,
  hosts: 400,
  profiles: 500,
};

/** Site n is half as busy as site n / 2; fewer visits find fewer pages. */
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

/** The biggest first; the shares add up to 1. */
export const trafficSites: readonly TrafficSite[] = [biggestSite, ...smallerSites()];

/** The biggest site with nobody beside it. */
export const onlyBiggestSite: readonly TrafficSite[] = [{ ...biggestSite, share: 1 }];
