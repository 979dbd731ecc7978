// The kernels that are made for each degree, step by step. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "launch.cuh"

#define SLUICE_CUDA_SUM(...) SLUICE_CUDA_KERNEL(SumBlocks<__VA_ARGS__>)

/// sum_kernels.h
#define SLUICE_CUDA_SUM_KERNELS(D)            \
    SLUICE_CUDA_KERNEL(FillEq<D>);            \
    SLUICE_CUDA_SUM(PartialSums<Sums<D, 2>>); \
    SLUICE_CUDA_SUM(PartialSums<TwoRoundSums<D>>)

/// gkr_kernels.h
#define SLUICE_CUDA_GKR_KERNELS(D)            \
    SLUICE_CUDA_KERNEL(BuildLeaves<D>);       \
    SLUICE_CUDA_KERNEL(BuildLayer<D, true>);  \
    SLUICE_CUDA_KERNEL(BuildLayer<D, false>); \
    SLUICE_CUDA_SUM(GkrRound<D, 0, true>);    \
    SLUICE_CUDA_SUM(GkrRound<D, 1, true>);    \
    SLUICE_CUDA_SUM(GkrRound<D, 0, false>);   \
    SLUICE_CUDA_SUM(GkrRound<D, 1, false>)
/// Two rounds, and one after two.
#define SLUICE_CUDA_GKR_TWO_ROUNDS(D, LEAVES)    \
    SLUICE_CUDA_SUM(GkrRound<D, 2, LEAVES>);     \
    SLUICE_CUDA_SUM(GkrTwoRounds<D, 0, LEAVES>); \
    SLUICE_CUDA_SUM(GkrTwoRounds<D, 2, LEAVES>)

/// gkr_tail_kernels.h
#define SLUICE_CUDA_GKR_TAIL(D, ...) SLUICE_CUDA_KERNEL(Tail<D, GkrTail<D>, __VA_ARGS__>)

/// sumcheck_tail_kernels.h
#define SLUICE_CUDA_PRODUCT_TAIL(D, ...) SLUICE_CUDA_KERNEL(Tail<D, ProductTail<D>, __VA_ARGS__>)

/// sumcheck_kernels.h and opening_kernels.h
#define SLUICE_CUDA_OPENING_KERNELS(D)        \
    SLUICE_CUDA_KERNEL(FoldVector<D>);        \
    SLUICE_CUDA_SUM(WeightedRound<D, true>);  \
    SLUICE_CUDA_SUM(WeightedRound<D, false>); \
    SLUICE_CUDA_SUM(ProductRounds<D, 1, 0>);  \
    SLUICE_CUDA_SUM(ProductRounds<D, 1, 1>);  \
    SLUICE_CUDA_KERNEL(CombineColumns<D>)

/// jagged_kernels.h
#define SLUICE_CUDA_JAGGED_KERNELS(D)        \
    SLUICE_CUDA_SUM(JaggedCorners<D>);       \
    SLUICE_CUDA_SUM(JaggedBlocks<D, 1>);     \
    SLUICE_CUDA_SUM(JaggedBlocks<D, 2>);     \
    SLUICE_CUDA_SUM(ProductRounds<D, 1, 2>); \
    SLUICE_CUDA_SUM(ProductRounds<D, 2, 2>); \
    SLUICE_CUDA_SUM(PartialSums<Sums<D, 4>>)

/// zerocheck_kernels.h
#define SLUICE_CUDA_ZEROCHECK_KERNELS(D)       \
    SLUICE_CUDA_KERNEL(LinearForm<D>);         \
    SLUICE_CUDA_KERNEL(ColumnSums<D>);         \
    SLUICE_CUDA_SUM(ZerocheckRound<D, true>);  \
    SLUICE_CUDA_SUM(ZerocheckRound<D, false>); \
    SLUICE_CUDA_SUM(PartialSums<Sums<D, 3>>)

/// zerocheck_tail_kernels.h
#define SLUICE_CUDA_ZEROCHECK_TAIL(D, ...) SLUICE_CUDA_KERNEL(Tail<D, ZerocheckTail<D>, __VA_ARGS__>)

/// whir_kernels.h
#define SLUICE_CUDA_WHIR_KERNELS(D)    \
    SLUICE_CUDA_KERNEL(WriteEq<D>);    \
    SLUICE_CUDA_KERNEL(FillPowers<D>); \
    SLUICE_CUDA_KERNEL(AddPowers<D>);  \
    SLUICE_CUDA_SUM(DotPowers<D>);     \
    SLUICE_CUDA_SUM(AddQueries<D>);    \
    SLUICE_CUDA_SUM(PartialSums<Sums<D, 1>>)
