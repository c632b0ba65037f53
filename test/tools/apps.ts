import type { Site, Tool } from './tool.ts';

const bases = ['/', '/den/'];

/** Sites at the root, below a base, and below one that their settings compute. */
function sitesOf(site: (base: string, said: (value: string) => string) => Site): Site[] {
  const computed = (value: string): string => `${JSON.stringify(value.split('/'))}.join("/")`;
  return [...bases.map(base => site(base, JSON.stringify)), site('/den/', computed)];
}

const page = (script: string): string =>
  `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Fox</title></head>\n<body>\n  <div id="app"></div>\n  <p>⟦A small den⟧</p>\n  <script type="module" src="${script}"></script>\n</body>\n</html>\n`;
const style = 'body {\n  /* ⟦A dark wood⟧ */\n  color: black;\n}\n';

/** Frameworks and bundlers of apps. */
export const apps: readonly Tool[] = [
  {
    id: 'viteReact',
    from: {
      npm: 'vite',
      versions: { '@vitejs/plugin-react': '6.3.0', react: '19.3.1', 'react-dom': '19.3.1', vite: '8.3.8' },
    },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'vite.config.js': `import react from "@vitejs/plugin-react";\n\nexport default { base: ${said(base)}, plugins: [react()] };\n`,
        'src/main.jsx':
          'import { createRoot } from "react-dom/client";\nimport { App } from "./App.jsx";\nimport "./App.css";\n\ncreateRoot(document.getElementById("app")).render(<App />);\n',
      },
      documents: [
        {
          file: 'src/App.jsx',
          languageId: 'javascriptreact',
          text: 'export function App() {\n  return (\n    <main>\n      {/* ⟦A red fox⟧ */}\n    </main>\n  );\n}\n',
          page: '',
        },
        { file: 'src/App.css', languageId: 'css', text: style, page: '' },
        { file: 'index.html', languageId: 'html', text: page('/src/main.jsx'), page: '' },
      ],
      build: [['vite', 'build']],
      output: 'dist',
    })),
  },
  {
    id: 'viteVue',
    from: { npm: 'vite', versions: { '@vitejs/plugin-vue': '6.0.11', vite: '8.3.8', vue: '3.5.45' } },
    sites: bases.map(base => ({
      base,
      files: {
        'vite.config.js': `import vue from "@vitejs/plugin-vue";\n\nexport default { base: "${base}", plugins: [vue()] };\n`,
        'src/main.js':
          'import { createApp } from "vue";\nimport App from "./App.vue";\n\ncreateApp(App).mount("#app");\n',
      },
      documents: [
        {
          file: 'src/App.vue',
          languageId: 'vue',
          text: '<script setup>\nimport Owl from "./Owl.vue";\n</script>\n\n<template>\n  <ul>\n    <li>⟦A red fox⟧</li>\n  </ul>\n  <Owl />\n</template>\n',
          page: '',
        },
        {
          file: 'src/Owl.vue',
          languageId: 'vue',
          text: '<template>\n  <div class="owl"></div>\n</template>\n\n<style scoped>\n.owl {\n  height: 9px;\n  /* ⟦A grey owl⟧ */\n}\n</style>\n',
          page: '',
        },
        { file: 'index.html', languageId: 'html', text: page('/src/main.js'), page: '' },
      ],
      build: [['vite', 'build']],
      output: 'dist',
    })),
  },
  {
    id: 'viteSvelte',
    from: {
      npm: 'vite',
      versions: { '@sveltejs/vite-plugin-svelte': '7.3.1', svelte: '5.57.3', vite: '8.3.8' },
    },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'vite.config.js': `import { svelte } from "@sveltejs/vite-plugin-svelte";\n\nexport default { base: ${said(base)}, plugins: [svelte()] };\n`,
        'src/main.js':
          'import { mount } from "svelte";\nimport App from "./App.svelte";\n\nmount(App, { target: document.getElementById("app") });\n',
      },
      documents: [
        {
          file: 'src/App.svelte',
          languageId: 'svelte',
          text: '<main>\n  {#if true}\n    <p>⟦A red fox⟧</p>\n  {/if}\n</main>\n',
          page: '',
        },
        { file: 'index.html', languageId: 'html', text: page('/src/main.js'), page: '' },
      ],
      build: [['vite', 'build']],
      output: 'dist',
    })),
  },
  {
    id: 'next',
    from: { npm: 'next', versions: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' } },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'next.config.js': `export default {\n  output: "export",\n  ${base === '/' ? '' : `basePath: ${said(base.slice(0, -1))},\n  `}turbopack: { root: import.meta.dirname },\n};\n`,
        'app/layout.jsx':
          'import "./site.css";\n\nexport default function Layout({ children }) {\n  return (\n    <html lang="en">\n      <body>{children}</body>\n    </html>\n  );\n}\n',
      },
      documents: [
        {
          file: 'app/page.jsx',
          languageId: 'javascriptreact',
          text: 'export default function Home() {\n  return (\n    <main>\n      <p>⟦A red fox⟧</p>\n    </main>\n  );\n}\n',
          page: '',
        },
        { file: 'app/site.css', languageId: 'css', text: style, page: '' },
        {
          file: 'pages/owl.js',
          languageId: 'javascript',
          text: 'export default function Owl() {\n  return <p>⟦A grey owl⟧</p>;\n}\n',
          page: 'owl',
        },
      ],
      build: [['next', 'build']],
      output: 'out',
    })),
  },
  {
    id: 'svelteKit',
    from: {
      npm: '@sveltejs/kit',
      versions: {
        '@sveltejs/adapter-static': '4.0.1',
        '@sveltejs/kit': '3.2.0',
        '@sveltejs/vite-plugin-svelte': '7.3.1',
        svelte: '5.57.3',
        vite: '8.3.8',
      },
    },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'vite.config.js': `import adapter from "@sveltejs/adapter-static";\nimport { sveltekit } from "@sveltejs/kit/vite";\n\nexport default {\n  plugins: [\n    sveltekit({\n      adapter: adapter({ pages: "out" }),\n      paths: { base: ${said(base.slice(0, -1))} },\n    }),\n  ],\n};\n`,
        'src/routes/+layout.js': 'export const prerender = true;\n',
        'src/routes/owl/+page.svelte':
          '<script>\n  import Owl from "../../lib/Owl.svelte";\n</script>\n\n<Owl />\n',
      },
      documents: [
        {
          file: 'src/routes/+page.svelte',
          languageId: 'svelte',
          text: '<script>\n  let count = $state(0);\n</script>\n\n<h1>⟦A red fox⟧</h1>\n<a href="./owl">{count}</a>\n',
          page: '',
        },
        {
          file: 'src/lib/Owl.svelte',
          languageId: 'svelte',
          text: '<div>\n  <!-- ⟦A grey owl⟧ -->\n</div>\n',
          page: 'owl',
        },
        {
          file: 'src/app.html',
          languageId: 'html',
          text: '<!doctype html>\n<html lang="en">\n  <head>\n    %sveltekit.head%\n  </head>\n  <body>\n    <p>⟦A tall tree⟧</p>\n    <div>%sveltekit.body%</div>\n  </body>\n</html>\n',
          page: 'owl',
        },
      ],
      build: [
        ['svelte-kit', 'sync'],
        ['vite', 'build'],
      ],
      output: 'out',
    })),
  },
  {
    id: 'astro',
    from: { npm: 'astro', versions: { astro: '7.3.5' } },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'astro.config.mjs': `export default { base: ${said(base)} };\n`,
      },
      documents: [
        {
          file: 'src/pages/index.astro',
          languageId: 'astro',
          text: '---\nimport Tree from "../components/Tree.astro";\n---\n\n<html lang="en">\n  <body>\n    <p>⟦A red fox⟧</p>\n    <Tree />\n  </body>\n</html>\n',
          page: '',
        },
        {
          file: 'src/components/Tree.astro',
          languageId: 'astro',
          text: '<div class="tree">Tree</div>\n\n<style>\n  .tree {\n    /* ⟦A tall tree⟧ */\n    color: black;\n  }\n</style>\n',
          page: '',
        },
        {
          file: 'src/pages/posts/owl.md',
          languageId: 'markdown',
          text: '# Owl\n\n> ⟦A grey owl⟧\n',
          page: 'posts/owl/',
        },
        {
          file: 'src/pages/clip.md',
          languageId: 'markdown',
          text: '# Clip\n\n⟦A small den⟧\n',
          page: 'clip/',
          media: 'video',
        },
      ],
      build: [['astro', 'build']],
      output: 'dist',
    })).map((site, index) => {
      // Below a base that is computed no address in Markdown leads to a video, which nothing imports there.
      const isClip = ({ file }: { file: string }): boolean => file === 'src/pages/clip.md';
      return index < bases.length
        ? site
        : { ...site, documents: site.documents.filter(each => !isClip(each)) };
    }),
  },
  {
    id: 'nuxt',
    from: { npm: 'nuxt', versions: { nuxt: '4.5.2', vue: '3.5.45' } },
    sites: bases.map(base => ({
      base,
      files: {
        'nuxt.config.ts': `export default defineNuxtConfig({ app: { baseURL: '${base}' }, css: ['~/assets/site.css'], compatibilityDate: '2026-01-01' });\n`,
      },
      documents: [
        {
          file: 'app/app.vue',
          languageId: 'vue',
          text: '<template>\n  <main>\n    <h1>⟦A red fox⟧</h1>\n  </main>\n</template>\n',
          page: '',
        },
        { file: 'app/assets/site.css', languageId: 'css', text: style, page: '' },
      ],
      build: [['nuxt', 'generate']],
      output: '.output/public',
    })),
  },
  {
    id: 'reactRouter',
    from: {
      npm: '@react-router/dev',
      versions: {
        '@react-router/dev': '8.4.0',
        '@react-router/node': '8.4.0',
        isbot: '5.2.3',
        react: '19.3.1',
        'react-dom': '19.3.1',
        'react-router': '8.4.0',
        vite: '8.3.8',
      },
    },
    sites: sitesOf((base, said) => ({
      base,
      files: {
        'react-router.config.ts': `export default { ssr: false, prerender: ["/"], basename: "${base}" };\n`,
        'vite.config.ts': `import { reactRouter } from "@react-router/dev/vite";\n\nexport default { base: ${said(base)}, plugins: [reactRouter()] };\n`,
        'app/root.tsx':
          'import { Outlet, Scripts } from "react-router";\n\nexport function Layout({ children }: { children: unknown }) {\n  return (\n    <html lang="en">\n      <body>\n        {children as never}\n        <Scripts />\n      </body>\n    </html>\n  );\n}\n\nexport default function Root() {\n  return <Outlet />;\n}\n',
        'app/routes.ts':
          'import { index } from "@react-router/dev/routes";\n\nexport default [index("home.tsx")];\n',
      },
      documents: [
        {
          file: 'app/home.tsx',
          languageId: 'typescriptreact',
          text: 'export default function Home() {\n  return (\n    <main>\n      <p>⟦A red fox⟧</p>\n    </main>\n  );\n}\n',
          page: '',
        },
      ],
      build: [['react-router', 'build']],
      output: 'build/client',
    })),
  },
  {
    id: 'angular',
    from: {
      npm: '@angular/cli',
      versions: {
        '@angular/build': '22.2.7',
        '@angular/cli': '22.2.7',
        '@angular/common': '22.2.6',
        '@angular/compiler': '22.2.6',
        '@angular/compiler-cli': '22.2.6',
        '@angular/core': '22.2.6',
        '@angular/platform-browser': '22.2.6',
        rxjs: '7.8.2',
        tslib: '2.9.1',
        typescript: '6.0.3',
      },
    },
    sites: bases.map(base => ({
      base,
      files: {
        'angular.json': JSON.stringify({
          version: 1,
          projects: {
            fox: {
              projectType: 'application',
              root: '',
              sourceRoot: 'src',
              architect: {
                build: {
                  builder: '@angular/build:application',
                  options: {
                    browser: 'src/main.ts',
                    index: 'src/index.html',
                    tsConfig: 'tsconfig.json',
                    assets: [{ glob: '**/*', input: 'public' }],
                    styles: ['src/styles.css'],
                    baseHref: base,
                    outputHashing: 'none',
                    optimization: false,
                  },
                },
              },
            },
          },
        }),
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            target: 'ES2022',
            module: 'preserve',
            moduleResolution: 'bundler',
            skipLibCheck: true,
          },
          files: ['src/main.ts'],
        }),
        'src/index.html':
          '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Fox</title><base href="/"></head>\n<body><app-root></app-root></body>\n</html>\n',
        'src/main.ts':
          'import { bootstrapApplication } from "@angular/platform-browser";\nimport { App } from "./app/app";\n\nvoid bootstrapApplication(App);\n',
        'src/app/app.ts':
          'import { Component } from "@angular/core";\n\n@Component({ selector: "app-root", templateUrl: "./app.html" })\nexport class App {}\n',
      },
      documents: [
        {
          file: 'src/app/app.html',
          languageId: 'html',
          text: '<main>\n  @if (true) {\n    <p>⟦A red fox⟧</p>\n  }\n</main>\n',
          page: '',
        },
        { file: 'src/styles.css', languageId: 'css', text: style, page: '' },
      ],
      build: [['ng', 'build']],
      output: 'dist/fox/browser',
    })),
  },
];
