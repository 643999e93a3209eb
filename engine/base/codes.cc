// The tables hold facts of ISO 639-1, 639-2, 639-3 and 3166-1 as Debian's package iso-codes 4.15
// lists them, sorted: three letters, and two letters where there are such.
#include "engine/base/codes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace vigie {
namespace {

constexpr std::string_view kLanguages =
    "aaraa abkab afraf akaak albsq amham araar argan armhy asmas avaav aveae aymay azeaz bakba "
    "bambm baqeu belbe benbn bihbh bisbi bodbo bosbs brebr bulbg burmy catca cescs chach chece "
    "chizh chucu chvcv corkw cosco crecr cymcy czecs danda deude divdv dutnl dzodz ellel engen "
    "epoeo estet euseu eweee faofo fasfa fijfj finfi frafr frefr fryfy fulff geoka gerde glagd "
    "glega glggl glvgv greel grngn gujgu hatht hauha hbssh hebhe herhz hinhi hmoho hrvhr hunhu "
    "hyehy iboig iceis idoio iiiii ikuiu ileie inaia indid ipkik islis itait javjv jpnja kalkl "
    "kankn kasks katka kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj kurku laolo "
    "latla lavlv limli linln litlt ltzlb lublu luglg macmk mahmh malml maomi marmr mayms mkdmk "
    "mlgmg mltmt monmn mrimi msams myamy nauna navnv nblnr ndend ndong nepne nldnl nnonn nobnb "
    "norno nyany ocioc ojioj orior ormom ossos panpa perfa plipi polpl porpt pusps quequ rohrm "
    "ronro rumro runrn rusru sagsg sansa sinsi slksk slosk slvsl smese smosm snasn sndsd somso "
    "sotst spaes sqisq srdsc srpsr sswss sunsu swasw swesv tahty tamta tattt telte tgktg tgltl "
    "thath tibbo tirti tonto tsntn tsots tuktk turtr twitw uigug ukruk urdur uzbuz venve vievi "
    "volvo welcy wlnwa wolwo xhoxh yidyi yoryo zhaza zhozh zulzu ";

// Without two letters: the living languages of ISO 639-2, and those of 639-3 that posts are said
// to be in by platforms and by language identification.
constexpr std::string_view kOtherLanguages =
    "ace acf ach acm ada ady aeb afb ain ajp ale alt anp apc apd arb arn arp arq ars arw ary arz "
    "ast awa azb bal ban bar bas bcl bej bem bho bik bin bjn bla bra bua bug byn cad car cbk ceb "
    "chk chm chn cho chp chr chy ckb cmn cnr crh crs csb dak dar del den dgr din doi dsb dua dyu "
    "efi egl eka ewo ext fan fat fil fon frp frr frs fur gaa gag gay gba gcf gcr gil gon gor grb "
    "gsw gwi hai hak haw hif hil hmn hsb hup iba ilo inh jam jpr jrb kaa kab kac kam kbd kek kha "
    "kmb kmr koi kok kos kpe kpv krc krl kru ksh kum kut lad lah lam lbe lez lij lld lmo lol loz "
    "lua lun luo lus lzh mad mag mai mak man mas mdf mdr men mfe mhr mic min mnc mni moh mos mrj "
    "mus mwl mwr myv nan nap nds new nia niu nog nqo nso nym nyn nyo nzi olo osa pag pam pap pau "
    "pcd pes pfl pms pnb pon prs quz raj rap rar rcf rgn rif rom rue rup ryu sad sah sas sat scn "
    "sco sdh sel shi shn sid skr sma smj smn sms snk srn srr suk sus swg syr szl tem ter tet tig "
    "tiv tkl tli tmh tog tpi tsi tum tvl tyv tzm udm umb uum uzn vai vec vep vls vmf vot wal war "
    "was wuu xal yao yap yue zap zea zen zgh zun zza ";

constexpr std::string_view kCountries =
    "abwaw afgaf agoao aiaai alaax albal andad areae argar armam asmas ataaq atftf atgag ausau "
    "autat azeaz bdibi belbe benbj besbq bfabf bgdbd bgrbg bhrbh bhsbs bihba blmbl blrby blzbz "
    "bmubm bolbo brabr brbbb brnbn btnbt bvtbv bwabw cafcf canca cckcc chech chlcl chncn civci "
    "cmrcm codcd cogcg cokck colco comkm cpvcv cricr cubcu cuwcw cxrcx cymky cypcy czecz deude "
    "djidj dmadm dnkdk domdo dzadz ecuec egyeg erier esheh espes estee ethet finfi fjifj flkfk "
    "frafr frofo fsmfm gabga gbrgb geoge ggygg ghagh gibgi gingn glpgp gmbgm gnbgw gnqgq grcgr "
    "grdgd grlgl gtmgt gufgf gumgu guygy hkghk hmdhm hndhn hrvhr htiht hunhu idnid imnim indin "
    "iotio irlie irnir irqiq islis isril itait jamjm jeyje jorjo jpnjp kazkz kenke kgzkg khmkh "
    "kirki knakn korkr kwtkw laola lbnlb lbrlr lbyly lcalc lieli lkalk lsols ltult luxlu lvalv "
    "macmo mafmf marma mcomc mdamd mdgmg mdvmv mexmx mhlmh mkdmk mliml mltmt mmrmm mneme mngmn "
    "mnpmp mozmz mrtmr msrms mtqmq musmu mwimw mysmy mytyt namna nclnc nerne nfknf ngang nicni "
    "niunu nldnl norno nplnp nrunr nzlnz omnom pakpk panpa pcnpn perpe phlph plwpw pngpg polpl "
    "pripr prkkp prtpt prypy pseps pyfpf qatqa reure rouro rusru rwarw sausa sdnsd sensn sgpsg "
    "sgsgs shnsh sjmsj slbsb slesl slvsv smrsm somso spmpm srbrs ssdss stpst sursr svksk svnsi "
    "swese swzsz sxmsx sycsc syrsy tcatc tcdtd tgotg thath tjktj tkltk tkmtm tlstl tonto ttott "
    "tuntn turtr tuvtv twntw tzatz ugaug ukrua umium uryuy usaus uzbuz vatva vctvc venve vgbvg "
    "virvi vnmvn vutvu wlfwf wsmws yemye zafza zmbzm zwezw ";

struct Alias {
  std::string_view code;
  std::string_view meant;
};
constexpr std::array kLanguageAliases{
    Alias{"in", "id"}, Alias{"iw", "he"}, Alias{"ji", "yi"}, Alias{"jw", "jv"}, Alias{"mo", "ro"},
};
constexpr std::array kCountryAliases{
    Alias{"el", "gr"},
    Alias{"uk", "gb"},
    Alias{"xk", "xk"},
    Alias{"xkx", "xk"},
};

// Records of a fixed width in one text, each with a space behind it.
class Table {
 public:
  constexpr Table(std::string_view text, std::size_t width) : text_(text), width_(width) {}

  [[nodiscard]] constexpr std::size_t size() const { return text_.size() / (width_ + 1); }
  [[nodiscard]] constexpr std::string_view three(std::size_t i) const {
    return text_.substr(i * (width_ + 1), 3);
  }
  // What stands behind the three letters.
  [[nodiscard]] constexpr std::string_view two(std::size_t i) const {
    return text_.substr(i * (width_ + 1) + 3, width_ - 3);
  }
  // The place of the code, or size().
  [[nodiscard]] constexpr std::size_t find(std::string_view code) const {
    std::size_t first = 0;
    for (std::size_t end = size(); first < end;) {
      const std::size_t middle = first + (end - first) / 2;
      if (three(middle) < code) {
        first = middle + 1;
      } else {
        end = middle;
      }
    }
    return first < size() && three(first) == code ? first : size();
  }
  [[nodiscard]] constexpr bool is_sorted() const {
    for (std::size_t i = 1; i < size(); ++i) {
      if (three(i - 1) >= three(i)) return false;
    }
    return text_.size() == size() * (width_ + 1);
  }

 private:
  std::string_view text_;
  std::size_t width_;
};

constexpr Table kLanguageTable(kLanguages, 5);
constexpr Table kOtherLanguageTable(kOtherLanguages, 3);
constexpr Table kCountryTable(kCountries, 5);
static_assert(kLanguageTable.is_sorted() && kOtherLanguageTable.is_sorted() &&
              kCountryTable.is_sorted());

constexpr std::size_t kLetters = 26;
constexpr std::uint16_t kNone = 0xFFFF;
using ByTwoLetters = std::array<std::uint16_t, kLetters * kLetters>;

constexpr std::size_t place_of(std::string_view two) {
  return static_cast<std::size_t>(two[0] - 'a') * kLetters + static_cast<std::size_t>(two[1] - 'a');
}

// The place in the table of each pair of letters, or kNone.
constexpr ByTwoLetters by_two_letters(const Table& table) {
  ByTwoLetters places{};
  places.fill(kNone);
  for (std::size_t i = 0; i < table.size(); ++i) {
    places[place_of(table.two(i))] = static_cast<std::uint16_t>(i);
  }
  return places;
}
constexpr ByTwoLetters kLanguagesByTwo = by_two_letters(kLanguageTable);
constexpr ByTwoLetters kCountriesByTwo = by_two_letters(kCountryTable);

// Two or three letters in lower case.
class Letters {
 public:
  explicit Letters(std::string_view text) {
    if (text.size() < 2 || text.size() > letters_.size()) return;
    for (const char c : text) {
      const auto lower = static_cast<char>(c | 0x20);
      if (lower < 'a' || lower > 'z') return;
      letters_[count_++] = lower;
    }
    whole_ = true;
  }
  // Empty when the text was anything else.
  [[nodiscard]] std::string_view view() const {
    return whole_ ? std::string_view(letters_.data(), count_) : std::string_view{};
  }

 private:
  std::array<char, 3> letters_{};
  std::size_t count_ = 0;
  bool whole_ = false;
};

template <std::size_t N>
std::optional<std::string_view> meant(const std::array<Alias, N>& aliases, std::string_view code) {
  const auto* found = std::ranges::find(aliases, code, &Alias::code);
  if (found == aliases.end()) return std::nullopt;
  return found->meant;
}

std::optional<std::string_view> two_letters(const Table& table, const ByTwoLetters& by_two,
                                            std::string_view code) {
  if (code.empty()) return std::nullopt;
  const std::size_t place = code.size() == 2 ? by_two[place_of(code)] : table.find(code);
  if (place >= table.size()) return std::nullopt;
  return table.two(place);
}

}  // namespace

std::optional<std::string_view> language_code(std::string_view text) {
  const Letters letters(text.substr(0, text.find_first_of("-_")));
  const std::string_view code = letters.view();
  if (const auto alias = meant(kLanguageAliases, code)) return alias;
  if (const auto two = two_letters(kLanguageTable, kLanguagesByTwo, code)) return two;
  const std::size_t other = kOtherLanguageTable.find(code);
  if (other == kOtherLanguageTable.size()) return std::nullopt;
  return kOtherLanguageTable.three(other);
}

std::optional<std::string_view> country_code(std::string_view text) {
  const Letters letters(text);
  const std::string_view code = letters.view();
  if (const auto alias = meant(kCountryAliases, code)) return alias;
  return two_letters(kCountryTable, kCountriesByTwo, code);
}

}  // namespace vigie
