// The view library: Preact's components and hooks, and htm's templates in place of a compiler.
import { Fragment, createContext, createElement, render } from './vendor/preact-11.2.0.js';
import {
  useCallback, useContext, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useReducer, useRef, useState,
} from './vendor/preact-hooks-11.2.0.js';
import htm from './vendor/htm-3.1.1.js';

/** Markup as a template: html`<p class=${name}>${text}</p>`. What is put in is text or elements, never markup. */
export const html = htm.bind(createElement);

export {
  Fragment, createContext, render,
  useCallback, useContext, useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useReducer, useRef, useState,
};
