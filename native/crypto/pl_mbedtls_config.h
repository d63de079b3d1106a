/*
 * Which parts of mbedtls the brace has: SHA-256, HMAC, HKDF, AES-GCM, CTR_DRBG, and ECDH and ECDSA
 * over P-256.  It takes the place of the port's own configuration, whose TLS nothing here uses.
 */
#ifndef PL_MBEDTLS_CONFIG_H
#define PL_MBEDTLS_CONFIG_H

#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
/* GCM and CTR_DRBG only ever encrypt blocks: 5 KB of flash. */
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT
#define MBEDTLS_GCM_C
/* 4 KiB of RAM a key for half the time of GCM, which is mostly its hash on an M0+. */
#define MBEDTLS_GCM_LARGE_TABLE
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_CTR_DRBG_USE_128_KEY
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
/* ECDSA_C asks for them; what it does with DER is not used and is not linked. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_DEPRECATED_REMOVED
/* The multiplication of bignums in assembly, also for Thumb-1. */
#define MBEDTLS_HAVE_ASM

#if defined(__arm__)
/* On the brace: no operating system, and memory from MicroPython's heap. */
#include <stddef.h>
#define MBEDTLS_PLATFORM_MEMORY
/* The port's own glue takes in the port's configuration first. */
#undef MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_NO_PLATFORM_ENTROPY
void *m_tracked_calloc(size_t nmemb, size_t size);
void m_tracked_free(void *ptr);
#define MBEDTLS_PLATFORM_STD_CALLOC m_tracked_calloc
#define MBEDTLS_PLATFORM_STD_FREE m_tracked_free
#else
#define MBEDTLS_NO_PLATFORM_ENTROPY
#endif

#endif
