#include "connectors/demo_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "connectors/demo_random.h"

namespace vigie {
namespace {

constexpr DemoMinute kDay = DemoMinute{24} * 60;

// Posts a minute over an average day, by theme; the crisis and the campaign have curves of their
// own. Together some 200,000 a day.
constexpr std::array<double, kDemoThemes> kUsual = {14, 11, 6, 9, 7, 4, 5, 4.5, 2.5, 0, 0, 75};

// By local hour, with a mean of 1: quiet from two to five, a peak at lunch, the highest at 21 h.
constexpr std::array<double, 24> kRhythm = {0.45, 0.28, 0.18, 0.14, 0.15, 0.25, 0.50, 0.85,
                                            1.10, 1.20, 1.20, 1.25, 1.45, 1.40, 1.20, 1.15,
                                            1.20, 1.35, 1.50, 1.55, 1.65, 1.70, 1.40, 0.85};

std::chrono::sys_seconds last_sunday_at_one(std::chrono::year year, std::chrono::month month) {
  using namespace std::chrono;
  return sys_days(year / month / Sunday[last]) + hours{1};
}

bool is_summer(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const year now = year_month_day(floor<days>(time)).year();
  return time >= last_sunday_at_one(now, March) && time < last_sunday_at_one(now, October);
}

DemoMinute local(DemoMinute minute) {
  const std::chrono::sys_seconds time{std::chrono::minutes{minute}};
  return minute + (is_summer(time) ? 120 : 60);
}

// Between the hours in a straight line; weekends are calmer in the morning and on the whole.
double rhythm(DemoMinute minute) {
  const DemoMinute now = local(minute);
  const auto of_day = static_cast<std::size_t>(now % kDay);
  const std::size_t hour = of_day / 60;
  const double part = static_cast<double>(of_day % 60) / 60;
  const double level = kRhythm[hour] * (1 - part) + kRhythm[(hour + 1) % 24] * part;
  const DemoMinute weekday = (now / kDay + 3) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  const bool weekend = weekday >= 5;
  return weekend ? level * (hour < 10 ? 0.65 : 0.9) : level;
}

// Rises as an S within some `rise` minutes and falls to a third every `fall` minutes.
double burst(double minutes, double rise, double fall) {
  if (minutes < 0) return 0;
  return -std::expm1(-std::pow(minutes / rise, 2)) * std::exp(-minutes / fall);
}

// The recall, then the company's clumsy answer two and a half hours later, then a long tail.
double crisis(double minutes, double level) {
  if (minutes < 0) return 0;
  const double heard = 0.6 + 0.4 * level;  // even at night such news travels
  return heard * (190 * burst(minutes, 12, 90) + 60 * burst(minutes - 150, 8, 55)) +
         (minutes > 30 ? 2 * level : 0);
}

// A challenge passed from hand to hand: it grows to 32 posts a minute, then stays.
double campaign(double minutes, double level) {
  if (minutes < 0) return 0;
  return level * 32 / (1 + std::exp((330 - minutes) / 80));
}

}  // namespace

int local_minute_of_day(DemoMinute minute) { return static_cast<int>(local(minute) % kDay); }

std::uint32_t DemoPlan::count(DemoTheme theme, DemoMinute minute) const {
  const double level = rhythm(minute);
  double mean = kUsual[theme] * level;
  if (theme == kThemeCrisis) mean = crisis(static_cast<double>(minute - crisis_start()), level);
  if (theme == kThemeCampaign)
    mean = campaign(static_cast<double>(minute - campaign_start()), level);
  if (theme == kThemeCrisis && minute == crisis_start()) return 1;  // the recall
  if (mean == 0) return 0;
  // Real counts spread wider than Poisson's: people talk about what others talk about.
  const auto time = static_cast<std::uint64_t>(minute);
  const double slow = DemoRandom({seed, 1, theme, time / 15}).normal();
  DemoRandom random({seed, 2, theme, time});
  const double spread = 0.10 * slow + 0.15 * random.normal();
  return random.poisson(mean * std::exp(spread));
}

}  // namespace vigie
