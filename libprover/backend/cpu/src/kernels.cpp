// See kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels.cpp"
#include <hwy/foreach_target.h>  // before vector_field-inl.h
//
#include "kernels.h"
#include "sluice/simd/vector_field-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::backend_cpu::HWY_NAMESPACE {
using namespace sluice::simd::HWY_NAMESPACE;

#include "kernels_inl.h"

inline const KernelTable<4>* kernels_of_degree_4() {
    static const KernelTable<4> kTable = KernelsOver<4>::table(hwy::TargetName(HWY_TARGET));
    return &kTable;
}
inline const KernelTable<5>* kernels_of_degree_5() {
    static const KernelTable<5> kTable = KernelsOver<5>::table(hwy::TargetName(HWY_TARGET));
    return &kTable;
}

}  // namespace sluice::backend_cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::backend_cpu {

HWY_EXPORT(kernels_of_degree_4);
HWY_EXPORT(kernels_of_degree_5);

template <>
const KernelTable<4>& kernels<4>() {
    return *HWY_DYNAMIC_DISPATCH(kernels_of_degree_4)();
}
template <>
const KernelTable<5>& kernels<5>() {
    return *HWY_DYNAMIC_DISPATCH(kernels_of_degree_5)();
}

}  // namespace sluice::backend_cpu
#endif
