#include "connectors/demo_brands.h"

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::vector<DemoBrand> make_brands() {
  using enum DemoSector;
  return {
      {"Orvelane",
       {"Orvelane", "Orvelane Télécom", "OrveBox"},
       {"Orvelane", "MaFibreEnFete"},
       {"orvelane_fr"},
       {"Orvelane-sur-Mer"},
       telecom,
       {"fibre", "OrveBox", "forfait 5G", "décodeur TV", "wifi"}},
      {"Zefirane",
       {"Zefirane", "Zefirane Mobile"},
       {"Zefirane"},
       {"zefirane"},
       {},
       telecom,
       {"fibre", "ZefiBox", "forfait mobile", "wifi", "roaming"}},
      {"Ondrevole",
       {"Ondrevole"},
       {"Ondrevole"},
       {"ondrevole"},
       {},
       telecom,
       {"fibre", "box", "forfait bloqué", "répondeur"}},
      {"Banque Quernavel",
       {"Quernavel", "Banque Quernavel"},
       {"Quernavel"},
       {"banque_quernavel"},
       {"lac de Quernavel", "Quernavel lake"},
       bank,
       {"appli", "carte", "prêt immobilier", "livret", "virement"}},
      {"Fidunelle",
       {"Fidunelle"},
       {"Fidunelle"},
       {"fidunelle"},
       {},
       bank,
       {"appli", "carte", "compte joint", "livret", "assurance"}},
      {"Brensolde",
       {"Brensolde"},
       {"Brensolde"},
       {"brensolde"},
       {},
       bank,
       {"appli", "carte", "crédit", "agence"}},
      {"Maubrelle",
       {"Maubrelle", "Laiterie Maubrelle"},
       {"Maubrelle"},
       {"maubrelle"},
       {"rue Maubrelle"},
       dairy,
       {"yaourt", "camembert", "beurre demi-sel", "riz au lait"}},
      {"Lactaubrie",
       {"Lactaubrie"},
       {"Lactaubrie"},
       {"lactaubrie"},
       {},
       dairy,
       {"yaourt", "fromage blanc", "lait bio", "beurre"}},
      {"Crémoline",
       {"Crémoline"},
       {"Cremoline"},
       {"cremoline"},
       {},
       dairy,
       {"flan", "dessert chocolat", "riz au lait"}},
  };
}

}  // namespace

const std::vector<DemoBrand>& demo_brands() {
  static const std::vector<DemoBrand> brands = make_brands();
  CHECK(brands.size() == kDemoBrands);
  return brands;
}

std::string_view to_text(DemoSector sector) {
  switch (sector) {
    case DemoSector::telecom: return "telecom";
    case DemoSector::bank: return "bank";
    case DemoSector::dairy: return "dairy";
  }
  return "";
}

std::string demo_site(const DemoBrand& brand) { return cat(brand.handles[0], ".example"); }

std::string_view demo_story() {
  return "five hours ago a cheese of the dairy Maubrelle was recalled; for twelve hours the "
         "telecom "
         "Orvelane's challenge #MaFibreEnFete has been growing";
}

}  // namespace vigie
