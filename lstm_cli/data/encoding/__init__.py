"""Bytes of any encoding -> UTF-8."""
