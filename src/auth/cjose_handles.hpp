// Owners for what cjose hands out, so that nothing leaks on any path.
// Owns: one handle each. Thread: one. Fails: never.
#pragma once

#include <cjose/cjose.h>

#include <memory>

namespace notifyd::auth {

struct JwkRelease {
    void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
using JwkHandle = std::unique_ptr<cjose_jwk_t, JwkRelease>;

struct JwsRelease {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using JwsHandle = std::unique_ptr<cjose_jws_t, JwsRelease>;

}  // namespace notifyd::auth
