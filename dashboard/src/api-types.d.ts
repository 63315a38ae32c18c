/** Written by `npm run check -- --update-docs` from the OpenAPI document of reporting. */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Query: {
            site_id: string;
            /**
             * @example [
             *       "views",
             *       "visitors",
             *       "event:signup"
             *     ]
             * @example [
             *       "sum:property:price",
             *       "p95:property:load_ms"
             *     ]
             */
            metrics: components["schemas"]["Metric"][];
            date_range: components["schemas"]["DateRange"];
            timezone?: string;
            /** @enum {string} */
            week_start?: "monday" | "sunday";
            /**
             * @default []
             * @example [
             *       "time:day",
             *       "path"
             *     ]
             */
            dimensions: string[];
            filters?: components["schemas"]["Filters"];
            /** @default false */
            include_bots: boolean;
            /**
             * @example [
             *       [
             *         "visitors",
             *         "desc"
             *       ]
             *     ]
             */
            order_by?: [
                string,
                "asc" | "desc"
            ][];
            /** @default Symbol(deepDefault) */
            include: {
                comparison?: ("previous_period" | "year_over_year") | [
                    string,
                    string
                ] | [
                    string,
                    string
                ];
                /** @enum {string} */
                match?: "date" | "weekday";
                /** @default false */
                total_rows: boolean;
                /** @default false */
                time_labels: boolean;
                /** @default false */
                names: boolean;
                /** @enum {boolean} */
                imports?: true;
            };
            /** @default Symbol(deepDefault) */
            pagination: {
                /** @default 10000 */
                limit: number;
                /** @default 0 */
                offset: number;
            };
        };
        SiteChange: {
            timezone?: string;
            name?: string | null;
            /**
             * @example {
             *       "strip_query": true,
             *       "keep_params": [
             *         "p"
             *       ],
             *       "trailing_slash": "strip"
             *     }
             */
            path_rules?: {
                strip_query?: boolean;
                keep_params?: (string & (unknown & unknown))[];
                strip_fragment?: boolean;
                /** @enum {string} */
                trailing_slash?: "keep" | "strip";
                strip_origin?: boolean;
            } | null;
            /**
             * @example [
             *       "shop.example"
             *     ]
             */
            hostnames?: string[];
            job_priority?: number | null;
            session_minutes?: number;
            /**
             * @example [
             *       "location",
             *       "visitor"
             *     ]
             */
            enrichment_off?: ("page" | "campaign" | "source" | "agent" | "bot" | "location" | "language" | "visitor")[];
        };
        NewSite: {
            timezone?: string;
            name?: string | null;
            /**
             * @example {
             *       "strip_query": true,
             *       "keep_params": [
             *         "p"
             *       ],
             *       "trailing_slash": "strip"
             *     }
             */
            path_rules?: {
                strip_query?: boolean;
                keep_params?: (string & (unknown & unknown))[];
                strip_fragment?: boolean;
                /** @enum {string} */
                trailing_slash?: "keep" | "strip";
                strip_origin?: boolean;
            } | null;
            /**
             * @example [
             *       "shop.example"
             *     ]
             */
            hostnames?: string[];
            job_priority?: number | null;
            session_minutes?: number;
            /**
             * @example [
             *       "location",
             *       "visitor"
             *     ]
             */
            enrichment_off?: ("page" | "campaign" | "source" | "agent" | "bot" | "location" | "language" | "visitor")[];
        };
        Metric: string;
        /**
         * @example 30d
         * @example [
         *       "2026-10-01",
         *       "2026-10-31"
         *     ]
         * @example [
         *       "2026-10-01T00:00:00Z",
         *       "2026-10-01T12:00:00+02:00"
         *     ]
         */
        DateRange: ("day" | "24h" | "7d" | "28d" | "30d" | "yesterday" | "week" | "last_week" | "month" | "last_month" | "quarter" | "last_quarter" | "year" | "last_year" | "6mo" | "12mo" | "realtime" | "all") | string | [
            string,
            string
        ] | [
            string,
            string
        ];
        /**
         * A condition, or conditions combined with and, or, not
         * @example [
         *       "is",
         *       "path",
         *       [
         *         "/",
         *         "/pricing"
         *       ]
         *     ]
         * @example [
         *       "contains",
         *       "path",
         *       [
         *         "blog"
         *       ],
         *       {
         *         "case_sensitive": false
         *       }
         *     ]
         * @example [
         *       "between",
         *       "property:amount",
         *       [
         *         "9.99",
         *         100
         *       ]
         *     ]
         * @example [
         *       "is_set",
         *       "user_id"
         *     ]
         * @example [
         *       "or",
         *       [
         *         [
         *           "contains",
         *           "referrer",
         *           [
         *             "example"
         *           ]
         *         ],
         *         [
         *           "not",
         *           [
         *             "is",
         *             "property:plan",
         *             [
         *               null
         *             ]
         *           ]
         *         ]
         *       ]
         *     ]
         */
        Filter: [
            "is" | "is_not",
            string,
            (string | null)[],
            {
                case_sensitive: boolean;
            }
        ] | [
            "contains" | "contains_not" | "starts_with" | "starts_with_not" | "ends_with" | "ends_with_not",
            string,
            string[],
            {
                case_sensitive: boolean;
            }
        ] | [
            "matches" | "matches_not",
            string,
            string[],
            {
                case_sensitive: boolean;
            }
        ] | [
            "greater" | "greater_or_equal" | "less" | "less_or_equal",
            string,
            (number | string)[]
        ] | [
            "between",
            string,
            (number | string)[]
        ] | [
            "is_set" | "is_not_set",
            string
        ] | [
            "and" | "or",
            components["schemas"]["Filter"][]
        ] | [
            "not",
            components["schemas"]["Filter"]
        ];
        Filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
        Batch: {
            site_id: string;
            date_range: components["schemas"]["DateRange"];
            timezone?: string;
            /** @enum {string} */
            week_start?: "monday" | "sunday";
            filters?: components["schemas"]["Filters"];
            /** @default false */
            include_bots: boolean;
            /** @default Symbol(deepDefault) */
            include: {
                comparison?: ("previous_period" | "year_over_year") | [
                    string,
                    string
                ] | [
                    string,
                    string
                ];
                /** @enum {string} */
                match?: "date" | "weekday";
                /** @default false */
                total_rows: boolean;
                /** @default false */
                time_labels: boolean;
                /** @default false */
                names: boolean;
                /** @enum {boolean} */
                imports?: true;
            };
            queries: {
                id?: string;
                /**
                 * @example [
                 *       "views",
                 *       "visitors",
                 *       "event:signup"
                 *     ]
                 * @example [
                 *       "sum:property:price",
                 *       "p95:property:load_ms"
                 *     ]
                 */
                metrics: components["schemas"]["Metric"][];
                /**
                 * @default []
                 * @example [
                 *       "time:day",
                 *       "path"
                 *     ]
                 */
                dimensions: string[];
                /**
                 * @example [
                 *       [
                 *         "visitors",
                 *         "desc"
                 *       ]
                 *     ]
                 */
                order_by?: [
                    string,
                    "asc" | "desc"
                ][];
                filters?: components["schemas"]["Filters"];
                /** @default Symbol(deepDefault) */
                include: {
                    comparison?: ("previous_period" | "year_over_year") | [
                        string,
                        string
                    ] | [
                        string,
                        string
                    ];
                    /** @enum {string} */
                    match?: "date" | "weekday";
                    /** @default false */
                    total_rows: boolean;
                    /** @default false */
                    time_labels: boolean;
                    /** @default false */
                    names: boolean;
                    /** @enum {boolean} */
                    imports?: true;
                };
                /** @default Symbol(deepDefault) */
                pagination: {
                    /** @default 10000 */
                    limit: number;
                    /** @default 0 */
                    offset: number;
                };
                /** @default 10000 */
                limit: number;
                /** @default 0 */
                offset: number;
            }[];
        };
        BatchAnswer: {
            results: {
                id?: string;
                results: {
                    dimensions: (string | null)[] | {
                        [key: string]: string | null;
                    };
                    metrics: (number | string | null)[] | {
                        [key: string]: number | string | null;
                    };
                    comparison?: {
                        dimensions: (string | null)[] | {
                            [key: string]: string | null;
                        };
                        metrics: (number | string | null)[] | {
                            [key: string]: number | string | null;
                        };
                        change: (number | null)[] | {
                            [key: string]: number | null;
                        };
                    };
                }[];
                meta: {
                    /** @enum {unknown} */
                    source: "rollup" | "segments" | "mixed" | "raw";
                    site_known: boolean;
                    /** @constant */
                    visitor_model?: "daily";
                    elapsed_ms: number;
                    as_of?: string | null;
                    cache?: components["schemas"]["CacheOfAnswer"];
                    total_rows?: number;
                    time_labels?: string[];
                    /** Format: date-time */
                    events_since?: string;
                };
                query: {
                    site_id: string;
                    metrics: components["schemas"]["Metric"][];
                    date_range: [
                        string,
                        string
                    ];
                    timezone: string;
                    /** @enum {unknown} */
                    week_start?: "monday" | "sunday";
                    dimensions: string[];
                    filters: components["schemas"]["Filter"][];
                    include_bots?: boolean;
                    order_by: [
                        string,
                        "asc" | "desc"
                    ][];
                    include: {
                        comparison?: string | [
                            string,
                            string
                        ];
                        /** @enum {unknown} */
                        match?: "date" | "weekday";
                        total_rows: boolean;
                        time_labels: boolean;
                        names?: boolean;
                    };
                    comparison_date_range?: [
                        string,
                        string
                    ];
                    pagination: {
                        limit: number;
                        offset: number;
                    };
                };
            }[];
            meta: {
                queries: number;
                site_known: boolean;
                elapsed_ms: number;
                as_of?: string | null;
            };
        };
        BatchLine: {
            index: number;
            id?: string;
            results: {
                dimensions: (string | null)[] | {
                    [key: string]: string | null;
                };
                metrics: (number | string | null)[] | {
                    [key: string]: number | string | null;
                };
                comparison?: {
                    dimensions: (string | null)[] | {
                        [key: string]: string | null;
                    };
                    metrics: (number | string | null)[] | {
                        [key: string]: number | string | null;
                    };
                    change: (number | null)[] | {
                        [key: string]: number | null;
                    };
                };
            }[];
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
                total_rows?: number;
                time_labels?: string[];
                /** Format: date-time */
                events_since?: string;
            };
            query: {
                site_id: string;
                metrics: components["schemas"]["Metric"][];
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
                dimensions: string[];
                filters: components["schemas"]["Filter"][];
                include_bots?: boolean;
                order_by: [
                    string,
                    "asc" | "desc"
                ][];
                include: {
                    comparison?: string | [
                        string,
                        string
                    ];
                    /** @enum {unknown} */
                    match?: "date" | "weekday";
                    total_rows: boolean;
                    time_labels: boolean;
                    names?: boolean;
                };
                comparison_date_range?: [
                    string,
                    string
                ];
                pagination: {
                    limit: number;
                    offset: number;
                };
            };
        } | {
            meta: {
                queries: number;
                site_known: boolean;
                elapsed_ms: number;
                as_of?: string | null;
            };
        } | components["schemas"]["Error"];
        Answer: {
            results: {
                dimensions: (string | null)[] | {
                    [key: string]: string | null;
                };
                metrics: (number | string | null)[] | {
                    [key: string]: number | string | null;
                };
                comparison?: {
                    dimensions: (string | null)[] | {
                        [key: string]: string | null;
                    };
                    metrics: (number | string | null)[] | {
                        [key: string]: number | string | null;
                    };
                    change: (number | null)[] | {
                        [key: string]: number | null;
                    };
                };
            }[];
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
                total_rows?: number;
                time_labels?: string[];
                /** Format: date-time */
                events_since?: string;
            };
            query: {
                site_id: string;
                metrics: components["schemas"]["Metric"][];
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
                dimensions: string[];
                filters: components["schemas"]["Filter"][];
                include_bots?: boolean;
                order_by: [
                    string,
                    "asc" | "desc"
                ][];
                include: {
                    comparison?: string | [
                        string,
                        string
                    ];
                    /** @enum {unknown} */
                    match?: "date" | "weekday";
                    total_rows: boolean;
                    time_labels: boolean;
                    names?: boolean;
                };
                comparison_date_range?: [
                    string,
                    string
                ];
                pagination: {
                    limit: number;
                    offset: number;
                };
            };
        };
        FunnelAnswer: {
            steps: {
                name: string;
                users: number;
                dropoff: number;
                dropoff_percent: number | null;
                conversion_percent: number | null;
                median_seconds: number | null;
                p90_seconds: number | null;
            }[];
            breakdown?: {
                value: string | null;
                steps: {
                    name: string;
                    users: number;
                    dropoff: number;
                    dropoff_percent: number | null;
                    conversion_percent: number | null;
                    median_seconds: number | null;
                    p90_seconds: number | null;
                }[];
            }[];
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
                /** Format: date-time */
                events_since?: string;
            };
            query: {
                site_id: string;
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
                filters: components["schemas"]["Filter"][];
                include_bots?: boolean;
                steps: {
                    name: string;
                    filters: components["schemas"]["Filters"];
                }[];
                window: string;
                /** @enum {unknown} */
                by: "visitor" | "visit";
                past_end: boolean;
                breakdown?: string;
            };
        };
        RetentionAnswer: {
            cohorts: {
                cohort: string;
                size: number;
                retained: number[];
                percent: (number | null)[];
            }[];
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
            };
            query: {
                site_id: string;
                /** @enum {unknown} */
                period: "week" | "month";
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
            };
        };
        Site: {
            site_id: string;
            name: string | null;
            timezone: string;
            path_rules: Record<string, never> | null;
            hostnames: string[];
            job_priority: number | null;
            session_minutes: number;
            enrichment_off: ("page" | "campaign" | "source" | "agent" | "bot" | "location" | "language" | "visitor")[];
            events: number;
            /** Format: date-time */
            first_event: string | null;
            /** Format: date-time */
            last_event: string | null;
            /** Format: date-time */
            created_at: string;
            /** @constant */
            erasing?: true;
        };
        Sites: {
            sites: components["schemas"]["Site"][];
            total: number;
            pagination: {
                limit: number;
                offset: number;
            };
        };
        Erasing: {
            site_id: string;
            /** @constant */
            status: "erasing";
        };
        Stats: {
            site_id: string;
            date: string | null;
            total_views: number;
            unique_users: number;
            top_paths: {
                path: string;
                views: number;
            }[];
        };
        Funnel: {
            site_id: string;
            date_range: components["schemas"]["DateRange"];
            timezone?: string;
            /** @enum {string} */
            week_start?: "monday" | "sunday";
            filters?: components["schemas"]["Filters"];
            /** @default false */
            include_bots: boolean;
            steps: {
                name?: string;
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            }[];
            /** @default 7d */
            window: string;
            /**
             * @default visitor
             * @enum {string}
             */
            by: "visitor" | "visit";
            /** @default false */
            past_end: boolean;
            breakdown?: string;
            /** @default 10 */
            breakdown_limit: number;
        };
        Returns: {
            site_id: string;
            date_range: components["schemas"]["DateRange"];
            timezone?: string;
            /** @enum {string} */
            week_start?: "monday" | "sunday";
            filters?: components["schemas"]["Filters"];
            /** @default false */
            include_bots: boolean;
            /** @enum {string} */
            period: "day" | "week" | "month";
            first?: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
            returning?: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
            breakdown?: string;
            /** @default 10 */
            breakdown_limit: number;
        };
        ReturnsAnswer: {
            periods: {
                period: string;
                complete: boolean;
            }[];
            cohorts: {
                cohort: string;
                size: number;
                returned: number[];
                percent: (number | null)[];
            }[];
            total: {
                size: number;
                sizes: number[];
                returned: number[];
                percent: (number | null)[];
            };
            breakdown?: {
                value: string | null;
                cohorts: {
                    cohort: string;
                    size: number;
                    returned: number[];
                    percent: (number | null)[];
                }[];
                total: {
                    size: number;
                    sizes: number[];
                    returned: number[];
                    percent: (number | null)[];
                };
            }[];
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
                /** Format: date-time */
                events_since?: string;
            };
            query: {
                site_id: string;
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
                /** @enum {unknown} */
                period: "day" | "week" | "month";
                filters: components["schemas"]["Filter"][];
                include_bots?: boolean;
                first?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                returning?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                breakdown?: string;
                breakdown_limit?: number;
            };
        };
        Journeys: {
            site_id: string;
            date_range: components["schemas"]["DateRange"];
            timezone?: string;
            /** @enum {string} */
            week_start?: "monday" | "sunday";
            filters?: components["schemas"]["Filters"];
            /** @default false */
            include_bots: boolean;
            start?: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
            end?: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
            /** @default 3 */
            steps: number;
            /**
             * @default path
             * @enum {string}
             */
            dimension: "path" | "event_type";
            /** @default 10 */
            limit: number;
        };
        JourneysAnswer: {
            journeys: {
                steps: (string | null)[];
                visits: number;
                visitors: number;
                percent: number | null;
            }[];
            total: {
                visits: number;
                visitors: number;
            };
            meta: {
                /** @enum {unknown} */
                source: "rollup" | "segments" | "mixed" | "raw";
                site_known: boolean;
                /** @constant */
                visitor_model?: "daily";
                elapsed_ms: number;
                as_of?: string | null;
                cache?: components["schemas"]["CacheOfAnswer"];
                /** Format: date-time */
                events_since?: string;
            };
            query: {
                site_id: string;
                date_range: [
                    string,
                    string
                ];
                timezone: string;
                /** @enum {unknown} */
                week_start?: "monday" | "sunday";
                filters: components["schemas"]["Filter"][];
                include_bots?: boolean;
                start?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                end?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                steps: number;
                /** @enum {unknown} */
                dimension: "path" | "event_type";
                limit: number;
            };
        };
        Overview: {
            sites: {
                site_id: string;
                name: string | null;
                timezone: string;
                visitors_now: number;
                visitors: number;
                change: number | null;
                /** @enum {unknown} */
                interval: "hour" | "day" | "month";
                series: number[];
            }[];
            total: number;
        };
        NewGoal: {
            name: string;
            /** @default null */
            event_type: string | null;
            /**
             * @default null
             * @example /thanks
             * @example /orders/*\/thanks
             * @example /docs/**
             */
            path: string | null;
            /**
             * @default null
             * @example price
             */
            value_property: string | null;
        } | {
            event_type: string;
        } | {
            path: string;
        };
        Goal: {
            id: string;
            name: string;
            event_type: string | null;
            path: string | null;
            value_property: string | null;
            filters: components["schemas"]["Filter"][];
            /** Format: date-time */
            created_at: string;
        };
        Goals: {
            goals: components["schemas"]["Goal"][];
        };
        NewAnnotation: {
            /**
             * @example 2026-10-01T09:30:00+02:00
             * @example 2026-10-01
             */
            at: string;
            /** @default null */
            until: string | null;
            /**
             * @default note
             * @enum {string}
             */
            kind: "deployment" | "campaign" | "note";
            text: string;
        };
        Annotation: {
            id: string;
            /** Format: date-time */
            at: string;
            /** Format: date-time */
            until: string | null;
            /** @enum {unknown} */
            kind: "deployment" | "campaign" | "note";
            text: string;
            /** Format: date-time */
            created_at: string;
        };
        Annotations: {
            annotations: components["schemas"]["Annotation"][];
        };
        NewSavedView: {
            /** @constant */
            kind: "segment";
            name: string;
            definition: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
        } | {
            /** @constant */
            kind: "funnel";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                steps: {
                    name?: string;
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                }[];
                /** @default 7d */
                window: string;
                /**
                 * @default visitor
                 * @enum {string}
                 */
                by: "visitor" | "visit";
                /** @default false */
                past_end: boolean;
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
        } | {
            /** @constant */
            kind: "retention";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                /** @enum {string} */
                period: "day" | "week" | "month";
                first?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                returning?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
        } | {
            /** @constant */
            kind: "journeys";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                start?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                end?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                /** @default 3 */
                steps: number;
                /**
                 * @default path
                 * @enum {string}
                 */
                dimension: "path" | "event_type";
                /** @default 10 */
                limit: number;
            };
        };
        SavedViewChange: {
            /** @constant */
            kind?: "segment";
            name: string;
            definition: {
                filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
            };
        } | {
            /** @constant */
            kind?: "funnel";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                steps: {
                    name?: string;
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                }[];
                /** @default 7d */
                window: string;
                /**
                 * @default visitor
                 * @enum {string}
                 */
                by: "visitor" | "visit";
                /** @default false */
                past_end: boolean;
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
        } | {
            /** @constant */
            kind?: "retention";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                /** @enum {string} */
                period: "day" | "week" | "month";
                first?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                returning?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
        } | {
            /** @constant */
            kind?: "journeys";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                start?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                end?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                /** @default 3 */
                steps: number;
                /**
                 * @default path
                 * @enum {string}
                 */
                dimension: "path" | "event_type";
                /** @default 10 */
                limit: number;
            };
        };
        SavedView: {
            id: string;
            /** @constant */
            kind: "segment";
            name: string;
            definition: {
                filters: components["schemas"]["Filter"][];
            };
            /** Format: date-time */
            created_at: string;
        } | {
            id: string;
            /** @constant */
            kind: "funnel";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                steps: {
                    name?: string;
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                }[];
                /** @default 7d */
                window: string;
                /**
                 * @default visitor
                 * @enum {string}
                 */
                by: "visitor" | "visit";
                /** @default false */
                past_end: boolean;
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
            /** Format: date-time */
            created_at: string;
        } | {
            id: string;
            /** @constant */
            kind: "retention";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                /** @enum {string} */
                period: "day" | "week" | "month";
                first?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                returning?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                breakdown?: string;
                /** @default 10 */
                breakdown_limit: number;
            };
            /** Format: date-time */
            created_at: string;
        } | {
            id: string;
            /** @constant */
            kind: "journeys";
            name: string;
            definition: {
                /** @enum {string} */
                week_start?: "monday" | "sunday";
                /** @default false */
                include_bots: boolean;
                start?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                end?: {
                    filters: components["schemas"]["Filter"] | components["schemas"]["Filter"][];
                };
                /** @default 3 */
                steps: number;
                /**
                 * @default path
                 * @enum {string}
                 */
                dimension: "path" | "event_type";
                /** @default 10 */
                limit: number;
            };
            /** Format: date-time */
            created_at: string;
        };
        SavedViews: {
            saved_views: components["schemas"]["SavedView"][];
        };
        Datasets: {
            datasets: components["schemas"]["Dataset"][];
        };
        Dataset: {
            /** @enum {unknown} */
            id: "performance-metrics" | "user-growth" | "activity-trends" | "top-items" | "recent-activity" | "comprehensive" | "timeseries" | "engagement-metrics" | "profile-performance" | "publisher-performance" | "revenue" | "revenue-summary" | "cost-analysis" | "cohorts" | "tournaments" | "site-metrics" | "events" | "transactions" | "costs";
            title: string;
            description: string;
            /** @enum {unknown} */
            reads: "events" | "aggregates";
            parameters: string[];
            params: {
                [key: string]: unknown;
            };
            default_range: string | null;
            columns: {
                name: string;
                title: string;
                /** @enum {unknown} */
                type: "text" | "integer" | "decimal" | "number" | "date" | "instant" | "boolean" | "json";
                unit?: string;
            }[];
            order: {
                name: string;
                /** @enum {unknown} */
                direction?: "asc" | "desc";
                /** @enum {unknown} */
                sqlType?: "uuid";
                nullable?: boolean;
            }[];
            example: {
                [key: string]: unknown;
            };
        };
        DatasetRows: {
            dataset: string;
            columns: {
                name: string;
                title: string;
                /** @enum {unknown} */
                type: "text" | "integer" | "decimal" | "number" | "date" | "instant" | "boolean" | "json";
                unit?: string;
            }[];
            rows: {
                [key: string]: string | number | boolean | Record<string, never> | unknown[] | null;
            }[];
            meta: {
                site_known: boolean;
                /** Format: date-time */
                aggregated_at?: string | null;
                note?: string;
                elapsed_ms: number;
                cache?: components["schemas"]["CacheOfAnswer"];
            } & {
                [key: string]: unknown;
            };
            query: {
                [key: string]: unknown;
            };
            next: string | null;
        };
        CacheOfAnswer: {
            /** @enum {unknown} */
            status: "hit" | "miss" | "stale";
            age_ms: number;
        };
        CacheJobs: {
            jobs: {
                /** @enum {unknown} */
                id: "user-growth" | "activity-trends" | "top-items" | "recent-activity" | "performance-metrics" | "cache-cleanup";
                name: string;
                /** @enum {unknown} */
                status: "running" | "completed" | "failed" | "scheduled";
                enabled: boolean;
                lastRun: string | null;
                nextRun: string | null;
                duration: number | null;
                error: string | null;
            }[];
        };
        CacheMetrics: {
            totalJobs: number;
            successfulJobs: number;
            failedJobs: number;
            averageJobDuration: number | null;
            lastCleanup: string | null;
            hits: number;
            misses: number;
            stale: number;
            computations: number;
            entries: number;
            bytes: number;
            maxBytes: number;
            store: {
                /** @enum {unknown} */
                kind: "postgres" | "redis";
                entries: number;
                bytes: number;
            };
        };
        CacheTriggered: {
            /** @enum {unknown} */
            id: "user-growth" | "activity-trends" | "top-items" | "recent-activity" | "performance-metrics" | "cache-cleanup";
            job_id: string;
        };
        CachePattern: {
            /** @example user-growth* */
            pattern: string;
        };
        CacheCleared: {
            removed: number;
        };
        CacheInvalidated: {
            pattern: string;
            removed: number;
        };
        CacheStopped: {
            stopped: string[];
        };
        CacheRestarted: {
            restarted: string[];
        };
        OperatorState: {
            /** Format: date-time */
            at: string;
            queues: {
                name: string;
                waiting: number;
                active: number;
                delayed: number;
                failed: number;
                rate_per_second: number;
                oldest_waiting_seconds: number;
            }[];
            events: {
                received_per_second: number;
                stored_per_second: number;
            };
        };
        LiveState: {
            site_id: string;
            /** Format: date-time */
            at: string;
            visitors_now: number;
            views_per_minute: number[];
            pages: {
                value: string | null;
                visitors: number;
            }[];
            sources: {
                value: string | null;
                visitors: number;
            }[];
            countries: {
                value: string | null;
                visitors: number;
            }[];
            events: {
                /** Format: date-time */
                at: string;
                event_type: string;
                path: string;
                country: string | null;
                browser: string | null;
                source: string | null;
            }[];
        };
        Accounting: {
            hours: {
                /** Format: date-time */
                hour: string;
                received: number;
                stored: number;
                duplicate: number;
                rejected: number;
                dead_lettered: number;
                in_flight: number;
            }[];
            totals: {
                received: number;
                stored: number;
                duplicate: number;
                rejected: number;
                dead_lettered: number;
                in_flight: number;
            };
        };
        NewExport: {
            /** @enum {string} */
            dataset: "performance-metrics" | "user-growth" | "activity-trends" | "top-items" | "recent-activity" | "comprehensive" | "timeseries" | "engagement-metrics" | "profile-performance" | "publisher-performance" | "revenue" | "revenue-summary" | "cost-analysis" | "cohorts" | "tournaments" | "site-metrics" | "events" | "transactions" | "costs";
            /**
             * @example {
             *       "site_id": "demo",
             *       "date_range": "30d"
             *     }
             */
            params: Record<string, never>;
            filters?: unknown[];
            /** @enum {string} */
            format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            /** @default false */
            includeMetadata: boolean;
            /**
             * @default none
             * @enum {string}
             */
            compression: "none" | "gzip";
            filename?: string;
            /** @default false */
            bom: boolean;
        };
        Export: {
            id: string;
            site_id: string;
            /** @enum {unknown} */
            status: "pending" | "processing" | "completed" | "failed" | "expired";
            dataset: string;
            params: Record<string, never>;
            /** @enum {string} */
            format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            /**
             * @default none
             * @enum {string}
             */
            compression: "none" | "gzip";
            includeMetadata: boolean;
            bom: boolean;
            filename: string;
            rows: number;
            bytes: number;
            percent: number | null;
            checksum: string | null;
            error: string | null;
            downloads: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            /** Format: date-time */
            expires_at: string | null;
        };
        Exports: {
            exports: components["schemas"]["Export"][];
            next: string | null;
        };
        DeletedExport: {
            id: string;
            /** @constant */
            status: "deleted";
        };
        NewLink: {
            /** @default 86400 */
            expiresIn: number;
        };
        Link: {
            url: string;
            /** Format: date-time */
            expires_at: string;
        };
        NewReportTemplate: {
            site_id?: string | null;
            name: string;
            description?: string | null;
            schedule: string;
            timezone?: string | null;
            /** @enum {string} */
            period?: "day" | "week" | "month" | "quarter" | "year";
            dataset: string;
            params?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            includeMetadata?: boolean;
            recipients?: (string | {
                address: string;
                name?: string;
            })[];
            /** Format: uri */
            webhook?: string | null;
            isActive?: boolean;
        };
        ReportTemplateChange: {
            site_id?: unknown;
            name?: string;
            description?: string | null;
            schedule?: string;
            timezone?: string | null;
            /** @enum {string} */
            period?: "day" | "week" | "month" | "quarter" | "year";
            dataset?: string;
            params?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            format?: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            includeMetadata?: boolean;
            recipients?: (string | {
                address: string;
                name?: string;
            })[];
            /** Format: uri */
            webhook?: string | null;
            isActive?: boolean;
        };
        ReportTemplate: {
            id: string;
            site_id: string | null;
            name: string;
            description: string | null;
            schedule: string;
            timezone: string | null;
            /** @enum {unknown} */
            period: "day" | "week" | "month" | "quarter" | "year";
            dataset: string;
            params: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            includeMetadata: boolean;
            recipients: {
                address: string;
                name?: string;
            }[];
            webhook: string | null;
            isActive: boolean;
            /** Format: date-time */
            lastGenerated: string | null;
            /** Format: date-time */
            nextGeneration: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            secret?: string;
        };
        ReportTemplates: {
            templates: components["schemas"]["ReportTemplate"][];
        };
        DeletedReportTemplate: {
            id: string;
        };
        RunningTemplates: {
            /** @enum {unknown} */
            status: "running" | "stopped";
            templates: number;
        };
        /**
         * @example {
         *       "date_range": "last_week"
         *     }
         * @example {
         *       "first_day": "2026-10-01",
         *       "last_day": "2026-10-31",
         *       "site_id": "demo"
         *     }
         */
        GenerateReports: {
            date_range?: string | string[];
            first_day?: string;
            last_day?: string;
            site_id?: string;
        };
        PendingReports: {
            first_day: string;
            last_day: string;
            reports: {
                id: string;
                site_id: string;
                /** @constant */
                status: "pending";
                first_day: string;
                last_day: string;
            }[];
        };
        Report: {
            id: string;
            site_id: string;
            template_id: string | null;
            /** Format: date-time */
            slot: string | null;
            job_id: string | null;
            title: string;
            dataset: string;
            params: {
                [key: string]: unknown;
            };
            /** @enum {unknown} */
            format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
            first_day: string;
            last_day: string;
            timezone: string;
            recipients: {
                address: string;
                name?: string;
            }[];
            webhook: boolean;
            /** @enum {unknown} */
            status: "pending" | "generating" | "generated" | "failed";
            error: string | null;
            revision: number;
            revised: boolean;
            key_figures: {
                name: string;
                title: string;
                value: string;
                previous: string;
                change: number | null;
                unit?: string;
            }[] | null;
            changes: {
                name: string;
                title: string;
                before: string | null;
                now: string | null;
                unit?: string;
            }[] | null;
            bytes: number | null;
            rows: number | null;
            checksum: string | null;
            download: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            generated_at: string | null;
            deliveries: {
                /** @enum {unknown} */
                kind: "email" | "webhook";
                recipient: string;
                /** @enum {unknown} */
                status: "pending" | "sending" | "sent" | "failed" | "unknown" | "skipped";
                attempts: number;
                error: string | null;
                /** Format: date-time */
                sent_at: string | null;
                /** Format: date-time */
                updated_at: string;
            }[];
        };
        Reports: {
            reports: {
                id: string;
                site_id: string;
                template_id: string | null;
                /** Format: date-time */
                slot: string | null;
                job_id: string | null;
                title: string;
                dataset: string;
                params: {
                    [key: string]: unknown;
                };
                /** @enum {unknown} */
                format: "csv" | "json" | "ndjson" | "xlsx" | "parquet" | "pdf";
                first_day: string;
                last_day: string;
                timezone: string;
                recipients: {
                    address: string;
                    name?: string;
                }[];
                webhook: boolean;
                /** @enum {unknown} */
                status: "pending" | "generating" | "generated" | "failed";
                error: string | null;
                revision: number;
                revised: boolean;
                key_figures: {
                    name: string;
                    title: string;
                    value: string;
                    previous: string;
                    change: number | null;
                    unit?: string;
                }[] | null;
                changes: {
                    name: string;
                    title: string;
                    before: string | null;
                    now: string | null;
                    unit?: string;
                }[] | null;
                bytes: number | null;
                rows: number | null;
                checksum: string | null;
                download: string | null;
                /** Format: date-time */
                created_at: string;
                /** Format: date-time */
                generated_at: string | null;
            }[];
            total: number;
            pagination: {
                limit: number;
                offset: number;
            };
            next: string | null;
        };
        ReportStatistics: {
            totalTemplates: number;
            activeTemplates: number;
            totalReports: number;
            successfulReports: number;
            failedReports: number;
        };
        Resend: {
            recipients?: (string | {
                address: string;
                name?: string;
            })[];
        };
        ResentReport: {
            id: string;
            /** @constant */
            status: "pending";
            recipients: number;
            skipped: string[];
        };
        ReissuedReport: {
            id: string;
            site_id: string;
            /** @constant */
            status: "pending";
            revision: number;
        };
        LogIn: {
            key: string;
        };
        Session: {
            /** @enum {unknown} */
            auth: "open" | "key";
            scopes: ("read" | "admin")[];
            site_id: string | null;
            name: string | null;
        };
        LinkPassword: {
            password: string;
        };
        LinkSession: {
            /** @constant */
            auth: "share";
            scopes: ("read" | "admin")[];
            site_id: string;
            name: string | null;
            filters: components["schemas"]["Filter"][] | null;
        };
        NewShareLink: {
            name?: string | null;
            filters?: components["schemas"]["Filters"];
            password?: string;
            /**
             * @example 2030-01-31T00:00:00Z
             * @example 2030-01-31T00:00+02:00
             */
            expires_at?: string | null;
        };
        ShareLink: {
            id: string;
            slug: string;
            /** @example /share/AbCdEfGhIjKlMnOpQrStUv */
            path: string;
            url: string | null;
            name: string | null;
            filters: components["schemas"]["Filter"][] | null;
            has_password: boolean;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: date-time */
            revoked_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        ShareLinks: {
            share_links: components["schemas"]["ShareLink"][];
        };
        Definitions: {
            metrics: {
                [key: string]: string;
            };
            dimensions: {
                [key: string]: string;
            };
            time: {
                [key: string]: string;
            };
            operators: {
                [key: string]: string;
            };
            ranges: {
                [key: string]: string;
            };
            comparison: {
                [key: string]: string;
            };
            match: {
                [key: string]: string;
            };
            bots: string;
            ai_crawlers: string[];
        };
        Health: {
            /** @enum {unknown} */
            status: "healthy" | "unhealthy";
            services: {
                [key: string]: "up" | "down";
            };
            version: string;
        };
        About: {
            service: string;
            docs: string;
            version: string;
        };
        Status: {
            status: string;
        };
        Error: {
            error: {
                /** @enum {unknown} */
                code: "empty_body" | "malformed_json" | "malformed_encoding" | "malformed_request" | "invalid_event" | "no_valid_events" | "invalid_request" | "unauthorized" | "password_needed" | "forbidden" | "not_found" | "method_not_allowed" | "body_too_slow" | "conflict" | "gone" | "payload_too_large" | "too_many_events" | "unsupported_media_type" | "unsupported_encoding" | "range_not_satisfiable" | "rate_limited" | "too_many_queries" | "headers_too_large" | "internal_error" | "overloaded" | "queue_unavailable" | "shutting_down" | "database_unavailable" | "engine_unavailable" | "query_timeout";
                message: string;
                details?: unknown;
            };
        };
        PageSettings: {
            ingestion_url: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
