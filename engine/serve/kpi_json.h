// The KPIs of brands and panels as JSON: what /api/v1 answers and `vigie replay --kpis` prints.
#pragma once

#include <span>
#include <string>

#include "engine/analysis/snapshot.h"

namespace vigie {

// Appends one object, on one line:
//   {"brand": "Acme", "panel": "telecoms",
//    "windows": {"24h": {"kpis": {"mentions": 12, "share_rate": null, ...},
//                        "net_sentiment_interval": [-0.2, 0.6]}, "7d": ..., "30d": ...},
//    "growth_on_last_week": 0.5,
//    "slices": [{"dimension": "platform", "value": "x", "windows": {"24h": {"mentions": 3}, ...}}],
//    "tops": {"hashtags": {"24h": {"error": 0, "entries": [{"text": "acme", "count": 3}]}, ...}},
//    "cascades": [...], "hashtag_clusters": [["a", "b"]], "campaigns": [...],
//    "months": [{"month": "2026-11", "ugc_originals": 3, ...}],
//    "posts_kept": 120, "authors_one_in": 1}
// Every KPI of deploy/KPIS.md is there, null where it is not known; of a slice only those that are.
void append_kpis_json(const BrandSnapshot& brand, std::string* out);

// An array with one object for each brand that has a panel:
//   {"panel": "telecoms", "brand": "Acme",
//    "windows": {"24h": {"mentions": {"share": 0.25, "part": 3, "whole": 12}, "reach": ...}}}
[[nodiscard]] std::string panels_json(std::span<const BrandSnapshot* const> brands);

// The table of KPIs, an array: {"name", "metric", "unit", "meaning", "formula", "numerator",
// "denominator", "sliced"}.
[[nodiscard]] std::string kpi_table_json();

}  // namespace vigie
