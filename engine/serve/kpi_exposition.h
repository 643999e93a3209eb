// The KPIs of brands, their campaigns and panels as series; deploy/KPIS.md says what each means.
#pragma once

#include "engine/serve/series_writer.h"

namespace vigie {

// Appends, in this order: the KPIs of brands by window, the bounds of net sentiment, campaigns,
// user-generated content of the present month, share of voice, and the KPIs of slices of the last
// 24 hours. Absent is what is not known.
void append_kpi_series(const View& view, SeriesWriter* writer);

}  // namespace vigie
