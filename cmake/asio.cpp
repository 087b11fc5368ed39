// The one translation unit that holds Asio's own code; everybody else sees declarations.
#include <boost/asio/impl/src.hpp>
