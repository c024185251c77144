// Asio's separately compiled parts, once for the whole program (house.md: compile-time hygiene).
#include <boost/asio/impl/src.hpp>
