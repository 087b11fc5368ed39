// The built page of reports/web as a part of this program: a user of it needs no Node.
#include <cstddef>

#include "reports/html/page.hpp"

// One directive that GCC and Clang both know; a string literal of this size is not portable.
asm(R"(
.pushsection .rodata
.hidden lockstep_report_page
.global lockstep_report_page
lockstep_report_page:
.incbin ")" LOCKSTEP_REPORT_PAGE R"("
.hidden lockstep_report_page_end
.global lockstep_report_page_end
lockstep_report_page_end:
.byte 0
.popsection
)");

extern "C" {
extern const char lockstep_report_page[];
extern const char lockstep_report_page_end[];
}

namespace lockstep::reports {

std::string_view page_shell() {
  return {lockstep_report_page,
          static_cast<std::size_t>(lockstep_report_page_end - lockstep_report_page)};
}

}  // namespace lockstep::reports
